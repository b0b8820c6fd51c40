import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'

import type { CreatedKey, NewKey, OpenRouterClient } from '../application/ports/open-router-client.js'
import type { Secret } from '../application/secret.js'
import type { RemotePolicy } from '../domain/key/remote-policy.js'
import { type KeyHash, keyHash, type WorkspaceId } from '../domain/shared/identifiers.js'
import { type Instant, instant } from '../domain/shared/instant.js'
import { fromDecimalDollars, type Picodollars, zero } from '../domain/shared/picodollars.js'
import { type Steps, type Suite, suiteOf } from './suite.js'

/** A client with a management key of a fresh account that has no keys, and what the contract needs to know of its server. */
export interface OpenRouterClientSubject {
  readonly client: OpenRouterClient
  /** The same server with another credential. */
  readonly as: (credential: Secret) => OpenRouterClient
  /** The account's workspaces, the default one first, and at least one more. */
  readonly workspaces: readonly [WorkspaceId, WorkspaceId, ...ReadonlyArray<WorkspaceId>]
  /** Uses a key for `cost` credits at this moment. */
  readonly spend: (hash: KeyHash, cost: Picodollars) => Promise<void>
  readonly dispose: () => Promise<void>
}

export const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) assert.fail(`unexpected Left: ${JSON.stringify(result.left)}`)
  return result.right
}

export const left = <L>(result: E.Either<L, unknown>): L => {
  if (E.isRight(result)) assert.fail('unexpected Right')
  return result.left
}

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
export const usd = (text: string): Picodollars => right(fromDecimalDollars(text))
export const time = (iso: string): Instant => right(instant(Date.parse(iso)))
export const nobody: KeyHash = right(keyHash(sha256('nobody')))

/** What a case works on: made before it, taken away after it. */
export interface FreshClient {
  subject: OpenRouterClientSubject
  client: OpenRouterClient
}

/** A suite whose every case begins with an account without keys. */
export const onFreshClient = (
  makeSubject: () => Promise<OpenRouterClientSubject>,
  build: (steps: Pick<Steps, 'it'>, fresh: FreshClient) => void,
): Suite =>
  suiteOf(({ it, beforeEach, afterEach }) => {
    // Filled before each case.
    const fresh = {} as FreshClient
    beforeEach(async () => {
      fresh.subject = await makeSubject()
      fresh.client = fresh.subject.client
    })
    afterEach(() => fresh.subject.dispose())
    build({ it }, fresh)
  })

/** A new key that may spend nothing, unless these fields say more. */
export const createOn = async ({ client }: FreshClient, fields: Partial<NewKey> = {}): Promise<CreatedKey> =>
  right(await client.createKey({ name: 'k', limit: zero, includeByok: true, expiresAt: null, workspace: null, ...fields })())

/** Whether a key is in the listing. */
export const isListed = async ({ client }: FreshClient, hash: KeyHash): Promise<boolean> =>
  right(await client.listKeys()()).keys.some((key) => key.hash === hash)

/** A policy that lets a key spend. */
export const openPolicy: RemotePolicy = { disabled: false, limit: usd('10'), reset: 'monthly', includeByok: true }
