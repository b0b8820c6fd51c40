import { createHash } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { HttpRequest, HttpResponse, HttpTransport, TransportError } from '../../../src/application/ports/http.js'
import { type Secret, secret } from '../../../src/application/secret.js'
import { type KeyHash, keyHash, type WorkspaceId, workspaceId } from '../../../src/domain/shared/identifiers.js'
import { type Instant, instant } from '../../../src/domain/shared/instant.js'
import { fromDecimalDollars, type Picodollars } from '../../../src/domain/shared/picodollars.js'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The value of a `Right`, or a failed test. */
export const ok = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(`unexpected Left: ${JSON.stringify(either.left)}`)
  return either.right
}

/** The value of a `Left`, or a failed test. */
export const no = <L>(either: E.Either<L, unknown>): L => {
  if (E.isRight(either)) throw new Error('unexpected Right')
  return either.left
}

export const hashOf = (text: string): KeyHash => ok(keyHash(sha256(text)))
export const dollars = (text: string): Picodollars => ok(fromDecimalDollars(text))
export const space = (id: string): WorkspaceId => ok(workspaceId(id))
export const at = (iso: string): Instant => ok(instant(Date.parse(iso)))

export const managementText = `sk-or-v1-${'a'.repeat(64)}`
export const managementKey: Secret = secret(managementText)

/** A key as OpenRouter shows it. */
export const keyJson = (seed: string, fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  hash: sha256(seed),
  name: seed,
  label: 'sk-or-v1-0e6...1c9',
  disabled: false,
  limit: 10,
  limit_remaining: 7.5,
  limit_reset: 'monthly',
  include_byok_in_limit: true,
  usage: 2.5,
  usage_daily: 0,
  usage_weekly: 1.25,
  usage_monthly: 2.5,
  byok_usage: 0,
  created_at: '2026-01-02T03:04:05.678901+00:00',
  updated_at: null,
  expires_at: null,
  creator_user_id: 'user_1',
  workspace_id: 'ws-1',
  ...fields,
})

export const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

export const refusal = (status: number, message = 'No.'): HttpResponse => answer(status, { error: { code: status, message } })

export const page = `<!DOCTYPE html><html><body><h1>Error</h1></body></html>`

/** A transport that answers with a function and writes down what it was asked. */
export const recording = (
  reply: (request: HttpRequest, call: number) => E.Either<TransportError, HttpResponse>,
): { readonly transport: HttpTransport; readonly requests: Array<HttpRequest> } => {
  const requests: Array<HttpRequest> = []
  return {
    requests,
    transport: (request) => () => {
      requests.push(request)
      return TE.fromEither(reply(request, requests.length - 1))()
    },
  }
}
