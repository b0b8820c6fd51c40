import { createHash } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { HttpRequest, HttpTransport } from '../../src/application/ports/http.js'
import type { KeyDetails, OpenRouterClient } from '../../src/application/ports/open-router-client.js'
import type { RemoteError } from '../../src/application/ports/remote-error.js'
import { reveal, type Secret, secret } from '../../src/application/secret.js'
import { fromDecimalDollars, type Picodollars, toDecimalDollars } from '../../src/domain/shared/picodollars.js'

type Row = Readonly<Record<string, never>>
type Asked = Pick<HttpRequest, 'method' | 'path'> & { readonly query?: HttpRequest['query']; readonly body?: string }

const unknown = (status: number | null, message: string): RemoteError => ({ _tag: 'OutcomeUnknown', status, retryAfter: null, message })

const parsed = (text: string): Record<string, never> | null => {
  try {
    return JSON.parse(text) as Record<string, never>
  } catch {
    return null
  }
}

const failed = (status: number, body: string): RemoteError => {
  const said = (parsed(body) as { readonly error?: { readonly message?: unknown } } | null)?.error?.message
  if (typeof said !== 'string' || status < 400 || status > 499 || status === 408) return unknown(status, `answered ${status}`)
  if (status === 404) return { _tag: 'Absent', message: said }
  return status === 429 ? { _tag: 'RateLimited', retryAfter: null, message: said } : { _tag: 'Refused', status, message: said }
}

const money = (amount: unknown): Picodollars | null => {
  const read = typeof amount === 'number' ? fromDecimalDollars(String(amount)) : E.left(null)
  return E.isRight(read) ? read.right : null
}
/** What an answer lacks is null; what it has is what its reader takes it for. */
const orNull = (value: unknown): never => (value ?? null) as never
const time = (text: unknown) => (typeof text === 'string' ? (Date.parse(text) as never) : null)

const keyOf = (row: Row): KeyDetails => ({
  hash: row['hash']!,
  name: row['name']!,
  label: row['label']!,
  policy: { disabled: row['disabled']!, limit: money(row['limit']), reset: orNull(row['limit_reset']), includeByok: row['include_byok_in_limit']! },
  workspace: orNull(row['workspace_id']),
  expiresAt: time(row['expires_at']),
  createdAt: time(row['created_at']),
  creatorId: orNull(row['creator_user_id']),
  usage: {
    ...{ total: money(row['usage']), day: money(row['usage_daily']), week: money(row['usage_weekly']), month: money(row['usage_monthly']) },
    byok: { total: money(row['byok_usage']), day: money(row['byok_usage_daily']), week: money(row['byok_usage_weekly']), month: money(row['byok_usage_monthly']) },
  },
})

const guardrailOf = (row: Row) => ({
  ...{ id: row['id']!, name: row['name']!, limit: money(row['limit_usd']), reset: orNull(row['reset_interval']) },
  ...{ includeByok: orNull(row['include_byok_in_budgets']), workspace: orNull(row['workspace_id']), createdAt: time(row['created_at']) },
})

const dollars = (amount: Picodollars | null): number | null => (amount === null ? null : Number(toDecimalDollars(amount)))

/** What a client that somebody outside writes may do wrong. */
export type Mistake = 'none' | 'says that a key is deleted and does not ask for it'

/** A client by somebody outside: plain requests, one after another, with nothing of ours but the port's types. */
export const ownClient = (transport: HttpTransport, managementKey: Secret, mistake: Mistake = 'none'): OpenRouterClient => {
  const send = (bearer: Secret, { method, path, query = {}, body }: Asked, holds: 'data' | 'deleted' = 'data'): TE.TaskEither<RemoteError, Record<string, never>> =>
    pipe(
      transport({ method, path, query, bearer, body: body ?? null }),
      TE.mapLeft(({ sent, message }): RemoteError => (sent ? unknown(null, message) : { _tag: 'NotSent', message })),
      TE.flatMapEither((answer) => {
        if (answer.status < 200 || answer.status > 299) return E.left(failed(answer.status, answer.body))
        const json = parsed(answer.body)
        return json !== null && holds in json ? E.right(json) : E.left(unknown(answer.status, 'not in the format'))
      }),
    )
  const ask = (asked: Asked) => send(managementKey, asked)
  const remove = (path: string) => send(managementKey, { method: 'DELETE', path }, 'deleted')
  const get = (path: string, query = {}) => ask({ method: 'GET', path, query })
  const post = (path: string, body: object) => ask({ method: 'POST', path, body: JSON.stringify(body) })
  const rows = <A>(path: string, read: (row: Row) => A, query = {}) => pipe(get(path, query), TE.map(({ data }) => (data as unknown as ReadonlyArray<Row>).map(read)))
  const one = <A>(task: TE.TaskEither<RemoteError, Record<string, never>>, read: (row: Row) => A) => pipe(task, TE.map(({ data }) => read(data as never)))
  const gone = (task: TE.TaskEither<RemoteError, unknown>): TE.TaskEither<RemoteError, 'deleted' | 'absent'> =>
    pipe(task, TE.map(() => 'deleted' as const), TE.orElse((error) => (error._tag === 'Absent' ? TE.right<RemoteError, 'deleted' | 'absent'>('absent') : TE.left(error))))
  const listWorkspaces = () => rows('/workspaces', (row) => ({ id: row['id']!, name: row['name']!, slug: orNull(row['slug']) }))
  const getKeyDetails: OpenRouterClient['getKeyDetails'] = (hash) => one(get(`/keys/${hash}`), keyOf)
  const words = { 'Refused': 'refused', 'Absent': 'absent', 'RateLimited': 'rate-limited', 'NotSent': 'not-sent', 'OutcomeUnknown': 'outcome-unknown' } as const
  return {
    hashOf: (text) => createHash('sha256').update(reveal(text)).digest('hex') as never,
    whoAmI: () => one(get('/key'), (row) => ({ isManagement: orNull(row['is_management_key']), creatorId: orNull(row['creator_user_id']), label: row['label']! })),
    listWorkspaces,
    listKeys: () =>
      pipe(
        listWorkspaces(),
        TE.flatMap((workspaces) => pipe(
          [null, ...workspaces.map(({ id }): string => id)],
          TE.traverseSeqArray((id) => rows('/keys', keyOf, { include_disabled: 'true', ...(id === null ? {} : { workspace_id: id }) })),
          TE.map((found) => ({ keys: [...new Map(found.flat().map((key) => [key.hash, key])).values()], workspaces, complete: true })),
        )),
      ),
    verifyKeyStatus: (hash) => pipe(getKeyDetails(hash), TE.match(
      (error) => (error._tag === 'Absent' ? E.right('absent' as const) : E.left(error)),
      ({ policy }) => E.right(policy.disabled ? ('disabled' as const) : ('enabled' as const)),
    )),
    getKeyDetails,
    createKey: (key) => pipe(
      post('/keys', { name: key.name, limit: dollars(key.limit), include_byok_in_limit: key.includeByok, ...(key.workspace === null ? {} : { workspace_id: key.workspace }) }),
      TE.flatMapEither((json) => typeof json['key'] === 'string' ? E.right({ details: keyOf(json['data'] as never), secret: secret(json['key']) }) : E.left(unknown(200, 'no key'))),
    ),
    updateKey: (hash, { disabled, limit, reset, includeByok }) =>
      one(ask({ method: 'PATCH', path: `/keys/${hash}`, body: JSON.stringify({ disabled, limit: dollars(limit), limit_reset: reset, include_byok_in_limit: includeByok }) }), keyOf),
    revokeKey: (hash) =>
      mistake === 'none'
        ? pipe(gone(remove(`/keys/${hash}`)), TE.mapLeft((cause) => ({ _tag: 'KeyRevocationError' as const, keyId: hash, reason: words[cause._tag], isRetryable: cause._tag !== 'Refused', cause })))
        : TE.right('deleted'),
    trySecret: (text) => pipe(send(text, { method: 'GET', path: '/key' }), TE.match(
      (error) => (error._tag === 'Refused' && error.status === 401 ? E.right('refused' as const) : E.left(error)),
      () => E.right('accepted' as const),
    )),
    readCredits: () => one(get('/credits'), (row) => ({ bought: money(row['total_credits']), used: money(row['total_usage']) })),
    listGuardrails: () => rows('/guardrails', guardrailOf),
    getGuardrail: (id) => one(get(`/guardrails/${id}`), guardrailOf),
    createGuardrail: ({ name, cap, includeByok }) => one(post('/guardrails', { name, limit_usd: dollars(cap.limit), reset_interval: cap.reset, include_byok_in_budgets: includeByok }), guardrailOf),
    deleteGuardrail: (id) => gone(remove(`/guardrails/${id}`)),
    listAssignments: () => rows('/guardrails/assignments/keys', (row) => ({ guardrail: row['guardrail_id']!, hash: row['key_hash']! })),
    assignGuardrail: (id, hashes) => pipe(post(`/guardrails/${id}/assignments/keys`, { key_hashes: hashes }), TE.map(() => undefined)),
    unassignGuardrail: (id, hashes) => pipe(post(`/guardrails/${id}/assignments/keys/remove`, { key_hashes: hashes }), TE.map(() => undefined)),
  }
}
