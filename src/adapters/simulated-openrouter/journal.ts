import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'

import { scrub } from '../../application/secret.js'
import type { Account } from './account.js'
import type { Fault, Outcome } from './fault.js'
import type { Sha256, WireRequest } from './wire.js'

/** Whose credential a request carried, without the credential. */
export type JournalCaller = 'none' | 'management' | 'unknown' | { readonly key: string }

/** One request as it was tried, without secrets. `status` is null when the client saw no answer. */
export interface JournalEntry {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly caller: JournalCaller
  readonly body: string | null
  readonly fault: Fault['_tag'] | null
  readonly outcome: Outcome['_tag']
  readonly status: number | null
}

const named = t.type({ name: t.string })

interface Known {
  readonly sha256: Sha256
  readonly account: Account
}

const callerOf = ({ sha256, account }: Known, bearer: string | null): JournalCaller => {
  if (bearer === null) return 'none'
  const hash = sha256(bearer)
  if (account.managementKeys.has(hash)) return 'management'
  return account.keys.has(hash) || account.deleted.has(hash) ? { key: hash } : 'unknown'
}

export const journalEntry = (
  known: Known,
  request: WireRequest,
  fault: Fault | null,
  outcome: Outcome,
  at: number,
): JournalEntry => ({
  at,
  method: request.method,
  path: request.path,
  query: request.query,
  caller: callerOf(known, request.bearer),
  body: request.body === null ? null : scrub(request.body, 4000),
  fault: fault?._tag ?? null,
  outcome: outcome._tag,
  status: outcome._tag === 'Answered' ? outcome.response.status : null,
})

const nameOf = (body: string | null): string =>
  pipe(
    E.tryCatch((): unknown => JSON.parse(body ?? ''), () => ''),
    E.match(
      () => '',
      (value) => (named.is(value) ? value.name : ''),
    ),
  )

/** The remote names of all attempted creations, in order: a name twice means a create that was repeated. */
export const attemptedCreations = (journal: ReadonlyArray<JournalEntry>): ReadonlyArray<string> =>
  journal.filter((entry) => entry.method === 'POST' && entry.path === '/keys').map((entry) => nameOf(entry.body))

/** `METHOD /path` of every request in order, which makes a sequence easy to compare. */
export const requestLines = (journal: ReadonlyArray<JournalEntry>): ReadonlyArray<string> =>
  journal.map((entry) => `${entry.method} ${entry.path}`)
