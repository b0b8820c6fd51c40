import { createHash } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import type { HttpResponse } from '../../application/ports/http.js'
import type { Credits, Guardrail, GuardrailAssignment } from '../../application/ports/guardrail.js'
import type {
  CreatedKey,
  Identity,
  KeyDetails,
  KeyStatus,
  SecretAnswer,
  Workspace,
} from '../../application/ports/open-router-client.js'
import type { RemoteError } from '../../application/ports/remote-error.js'
import { reveal, type Secret } from '../../application/secret.js'
import type { KeyHash } from '../../domain/shared/identifiers.js'
import {
  type Decode,
  decodeCreated,
  decodeDeleted,
  decodeIdentity,
  decodeKey,
  decodeKeys,
  decodeSwitch,
  decodeWorkspaces,
  type Page,
} from './codec.js'
import { toRemoteError, unknownOutcome } from './error-answer.js'
import { decodeAssigned, decodeAssignments, decodeCredits, decodeGuardrail, decodeGuardrails } from './guardrail-codec.js'
import { parseJson } from './json.js'

/** The second half of one operation: what an answer means. */
export type Read<A> = (response: HttpResponse) => E.Either<RemoteError, A>

// Any 2xx counts: the documents name 200 and 201, and clients in production have met both for one call.
const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/** Any 2xx whose body can be read is a success; one that cannot be read may be a success that we failed to understand. */
const reading =
  <A>(decode: Decode<A>): Read<A> =>
  (response) => {
    if (!isSuccess(response.status)) return E.left(toRemoteError(response))
    return pipe(
      parseJson(response.body),
      E.mapLeft(() => 'not whole JSON'),
      E.flatMap(decode),
      E.mapLeft((why) => unknownOutcome(response, `the answer ${response.status} could not be read: ${why}`)),
    )
  }

const about =
  <A>(hash: KeyHash, read: Read<A>, hashOf: (read: A) => KeyHash): Read<A> =>
  (response) =>
    pipe(
      read(response),
      E.flatMap((found) =>
        hashOf(found) === hash
          ? E.right(found)
          : E.left(unknownOutcome(response, 'the answer is about another key than the one asked for')),
      ),
    )

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** OpenRouter's identifier of the key whose secret this is: SHA-256 of the whole key, https://openrouter.ai/docs/use-cases/oauth-pkce */
export const hashOfSecret = (hidden: Secret): KeyHash =>
  // A SHA-256 in hex has the form that `keyHash` asks for.
  sha256(reveal(hidden)) as KeyHash

const owns = (created: CreatedKey): boolean => hashOfSecret(created.secret) === created.details.hash

export const readIdentity: Read<Identity> = reading(decodeIdentity)

export const readWorkspaces: Read<Page<Workspace>> = reading(decodeWorkspaces)

export const readKeys: Read<Page<KeyDetails>> = reading(decodeKeys)

export const readKey = (hash: KeyHash): Read<KeyDetails> => about(hash, reading(decodeKey), (details) => details.hash)

export const readStatus = (hash: KeyHash): Read<KeyStatus> => {
  const read = about(hash, reading(decodeSwitch), (key) => key.hash)
  return (response) =>
    pipe(
      read(response),
      E.match(
        (error): E.Either<RemoteError, KeyStatus> => (error._tag === 'Absent' ? E.right('absent') : E.left(error)),
        ({ disabled }) => E.right(disabled ? 'disabled' : 'enabled'),
      ),
    )
}

/**
 * A key whose secret does not hash to its identifier is not believed: the answer was mixed up or cut on its way, and the key
 * that was made has to be found by its nonce.
 */
export const readCreated: Read<CreatedKey> = (response) =>
  pipe(
    reading(decodeCreated)(response),
    E.flatMap((created) =>
      owns(created)
        ? E.right(created)
        : E.left(unknownOutcome(response, 'the secret in the answer does not belong to the key in it')),
    ),
  )

export const readDeleted: Read<'deleted' | 'absent'> = (response) =>
  pipe(
    reading(decodeDeleted)(response),
    E.orElse(
      (error): E.Either<RemoteError, 'deleted' | 'absent'> => (error._tag === 'Absent' ? E.right('absent') : E.left(error)),
    ),
  )

export const readCredits: Read<Credits> = reading(decodeCredits)

export const readGuardrail: Read<Guardrail> = reading(decodeGuardrail)

export const readGuardrails: Read<Page<Guardrail>> = reading(decodeGuardrails)

export const readAssignments: Read<Page<GuardrailAssignment>> = reading(decodeAssignments)

export const readAssigned: Read<void> = reading(decodeAssigned)

/** A disabled, an expired and a deleted key all read `refused`. */
export const readSecretAnswer: Read<SecretAnswer> = (response) =>
  pipe(
    readIdentity(response),
    E.match(
      (error): E.Either<RemoteError, SecretAnswer> =>
        error._tag === 'Refused' && error.status === 401 ? E.right('refused') : E.left(error),
      () => E.right('accepted'),
    ),
  )
