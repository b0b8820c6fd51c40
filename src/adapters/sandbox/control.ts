import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'

import { toDollars } from '../../domain/shared/picodollars.js'
import { decodeBody } from '../simulated-openrouter/body.js'
import { type DashboardEdit, editKey } from '../simulated-openrouter/dashboard.js'
import { badRequest, notFound } from '../simulated-openrouter/errors.js'
import { patchKeyBody, readLimit } from '../simulated-openrouter/key-body.js'
import { keyJson } from '../simulated-openrouter/key-json.js'
import { notNegative, readDollars } from '../simulated-openrouter/money.js'
import { liveKeys } from '../simulated-openrouter/spending.js'
import { jsonResponse, type WireRequest, type WireResponse } from '../simulated-openrouter/wire.js'
import { changeAccount, settleDue, spendOnKey, type World } from '../simulated-openrouter/world.js'
import type { InvalidFaultSpec } from './fault-spec.js'

/** What the control endpoints act on. */
export interface Controlled {
  readonly world: World
  readonly now: () => number
  readonly fraction: () => number
  readonly setFaults: (spec: string) => E.Either<InvalidFaultSpec, void>
}

const dollarsOrNull = (amount: bigint | null): number | null => (amount === null ? null : toDollars(notNegative(amount)))

const state = ({ world, now }: Controlled): WireResponse => {
  const { account } = world
  const keys = liveKeys(account, now()).map((live) => ({
    ...keyJson(live.key, now()),
    spendable: dollarsOrNull(live.spendable),
    byok_spendable: dollarsOrNull(live.byokSpendable),
    guardrail_id: account.assignments.get(live.key.hash)?.guardrailId ?? null,
  }))
  return jsonResponse(200, {
    now: new Date(now()).toISOString(),
    workspaces: account.workspaces.map(({ id, slug }) => ({ id, slug })),
    keys,
    deleted: account.deleted.size,
    guardrails: account.guardrails.size,
    due: world.due.length,
    requests: world.journal.length,
  })
}

const faultsBody = t.type({ spec: t.string })

const putFaults = (controlled: Controlled, request: WireRequest): WireResponse =>
  pipe(
    decodeBody(faultsBody, request),
    E.flatMap(({ spec }) => pipe(controlled.setFaults(spec), E.mapLeft((invalid) => badRequest(invalid.message)))),
    E.match((refused) => refused, () => jsonResponse(200, { set: true })),
  )

const spendBody = t.intersection([t.type({ hash: t.string }), t.partial({ cost: t.number, byok_cost: t.number })])

const spend = (controlled: Controlled, request: WireRequest): WireResponse => {
  const body = decodeBody(spendBody, request)
  if (E.isLeft(body)) return body.left
  const credits = readDollars(body.right.cost ?? (body.right.byok_cost === undefined ? controlled.fraction() / 10 : 0))
  const byok = readDollars(body.right.byok_cost ?? 0)
  if (credits === null || byok === null) return badRequest('Invalid request parameters: cost')
  const admitted = spendOnKey(controlled.world, controlled.now(), body.right.hash, { credits, byok })
  return jsonResponse(200, { admitted, cost: toDollars(credits), byok_cost: toDollars(byok) })
}

const edits = (
  body: t.TypeOf<typeof patchKeyBody>,
  limit: Extract<DashboardEdit, { readonly _tag: 'SetLimit' }> | null,
): ReadonlyArray<DashboardEdit> => [
  ...(body.name === undefined ? [] : [{ _tag: 'Rename' as const, name: body.name }]),
  ...(body.disabled === undefined ? [] : [{ _tag: 'SetDisabled' as const, disabled: body.disabled }]),
  ...(body.include_byok_in_limit === undefined ? [] : [{ _tag: 'SetIncludeByok' as const, includeByok: body.include_byok_in_limit }]),
  ...(limit === null ? [] : [limit]),
]

const patchKey = ({ world, now }: Controlled, hash: string, request: WireRequest): WireResponse => {
  const key = world.account.keys.get(hash)
  if (key === undefined) return notFound('API key')
  const body = decodeBody(patchKeyBody, request)
  if (E.isLeft(body)) return body.left
  const limit = readLimit({ ...world.account.settings, refuseZeroLimit: false }, body.right.limit)
  if (E.isLeft(limit)) return limit.left
  const { limit_reset: reset } = body.right
  const setLimit: DashboardEdit = {
    _tag: 'SetLimit',
    limit: limit.right === undefined ? key.limit : limit.right,
    reset: reset === undefined ? key.reset : reset,
  }
  for (const edit of edits(body.right, limit.right === undefined && reset === undefined ? null : setLimit)) {
    changeAccount(world, now(), (account) => editKey(account, hash, edit, now()))
  }
  return jsonResponse(200, { changed: true })
}

const deleteKey = ({ world, now }: Controlled, hash: string): WireResponse => {
  changeAccount(world, now(), (account) => editKey(account, hash, { _tag: 'Delete' }, now()))
  return jsonResponse(200, { deleted: true })
}

/**
 * The sandbox's own endpoints, below `/__sandbox`; they carry no secrets and need none.
 *
 * - `GET /state`: keys with what they can spend, counts. `GET /journal`: every request so far.
 * - `PUT /faults` `{spec}`: replaces the faults, see `parseFaultSpec`; an empty text ends them.
 * - `POST /spend` `{hash, cost?, byok_cost?}`: uses a key, dollars; without a cost a random one below 0.10.
 * - `PATCH /keys/{hash}`, `DELETE /keys/{hash}`: what the account's owner does on OpenRouter's site.
 */
export const control = (controlled: Controlled, request: WireRequest): WireResponse => {
  settleDue(controlled.world, controlled.now())
  const hash = /^\/keys\/([0-9a-f]{64})$/.exec(request.path)?.[1]
  switch (`${request.method} ${hash === undefined ? request.path : '/keys/:hash'}`) {
    case 'GET /state':
      return state(controlled)
    case 'GET /journal':
      return jsonResponse(200, { requests: controlled.world.journal })
    case 'PUT /faults':
      return putFaults(controlled, request)
    case 'POST /spend':
      return spend(controlled, request)
    case 'PATCH /keys/:hash':
      return patchKey(controlled, hash ?? '', request)
    case 'DELETE /keys/:hash':
      return deleteKey(controlled, hash ?? '')
    default:
      return notFound('Endpoint')
  }
}
