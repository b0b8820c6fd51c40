import { createHash } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import { type AccountOptions, createAccount, mintManagementKey } from '../../../src/adapters/simulated-openrouter/create-account.js'
import type { Fault, Outcome } from '../../../src/adapters/simulated-openrouter/fault.js'
import type { Sha256, WireRequest, WireResponse } from '../../../src/adapters/simulated-openrouter/wire.js'
import { arrive, createWorld, type World } from '../../../src/adapters/simulated-openrouter/world.js'
import { fromDecimalDollars, type Picodollars, zero } from '../../../src/domain/shared/picodollars.js'

export const sha256: Sha256 = (text) => createHash('sha256').update(text, 'utf8').digest('hex')

/** Wednesday. */
export const start = Date.parse('2026-08-19T10:00:00Z')
export const day = 86_400_000

export const usd = (text: string): Picodollars => pipe(fromDecimalDollars(text), E.getOrElse(() => zero))

/** A world with one management key, and short ways to ask it. */
export interface Service {
  readonly world: World
  readonly managementKey: string
  readonly ask: (method: string, path: string, body?: unknown, more?: Partial<Ask>) => Answer
  readonly try: (method: string, path: string, body: unknown, fault: Fault, at?: number) => Outcome
}

interface Ask {
  readonly as: string | null
  readonly at: number
  readonly query: Readonly<Record<string, string>>
  readonly fault: Fault
}

/** The fields that tests look at; which of them an answer has is what the tests say. */
interface Row {
  readonly [field: string]: unknown
  readonly hash: string
  readonly name: string
  readonly id: string
  readonly updated_at: string
  readonly slug: string
  readonly disabled: boolean
  readonly usage: number
  readonly total_usage: number
}

interface Body {
  readonly data: Row & ReadonlyArray<Row>
  readonly key: string
  readonly id: string
  readonly total_count: number
  readonly error: { readonly message: string }
}

export interface Answer {
  readonly status: number
  readonly json: Body
  readonly response: WireResponse
}

const parsed = (response: WireResponse): Answer => ({
  status: response.status,
  // A test that reads a field which is not there fails by what it expects of it.
  json: JSON.parse(response.body) as Body,
  response,
})

export const service = (options: Partial<AccountOptions> = {}): Service => {
  const made = mintManagementKey(sha256, createAccount(sha256, { seed: 'test', at: start, ...options }))
  const world = createWorld(sha256, made.account)
  const request = (method: string, path: string, body: unknown, more: Partial<Ask> = {}): WireRequest => ({
    method,
    path,
    query: more.query ?? {},
    bearer: more.as === undefined ? made.secret : more.as,
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  })
  return {
    world,
    managementKey: made.secret,
    ask: (method, path, body, more) => {
      const outcome = arrive(world, request(method, path, body, more), more?.fault ?? null, more?.at ?? start)
      if (outcome._tag !== 'Answered') throw new Error(outcome._tag)
      return parsed(outcome.response)
    },
    try: (method, path, body, fault, at = start) => arrive(world, request(method, path, body), fault, at),
  }
}

export interface Made {
  readonly hash: string
  readonly secret: string
}

/** Creates a key without a limit, or as the body says. */
export const makeKey = ({ ask }: Service, body: Readonly<Record<string, unknown>> = {}, at = start): Made => {
  const { json } = ask('POST', '/keys', { name: 'k', ...body }, { at })
  return { hash: json.data.hash, secret: json.key }
}
