import * as E from 'fp-ts/lib/Either.js'

import { type Account, defaultWorkspace } from './account.js'
import { badRequest } from './errors.js'
import type { WireRequest, WireResponse } from './wire.js'

/** A whole number from the query, or `otherwise` when it is absent. */
export const readCount = (
  request: WireRequest,
  name: string,
  otherwise: number,
  least: number,
  most: number,
): E.Either<WireResponse, number> => {
  const text = request.query[name]
  if (text === undefined || text === '') return E.right(otherwise)
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1
  return value >= least && value <= most ? E.right(value) : E.left(badRequest(`Invalid request parameters: ${name}`))
}

/** `{data, total_count}` by `offset` (default 0) and `limit` (default 50, at most 100), as all lists but `/keys` have it. */
export const page = <A>(
  request: WireRequest,
  rows: ReadonlyArray<A>,
  show: (row: A) => unknown,
): E.Either<WireResponse, { readonly data: ReadonlyArray<unknown>; readonly total_count: number }> => {
  const offset = readCount(request, 'offset', 0, 0, 999_999_999)
  if (E.isLeft(offset)) return offset
  const limit = readCount(request, 'limit', 50, 1, 100)
  if (E.isLeft(limit)) return limit
  const data = rows.slice(offset.right, offset.right + limit.right).map(show)
  return E.right({ data, total_count: rows.length })
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The workspace that a listing is of: the default one unless `workspace_id` names another, which must be a UUID. */
export const readWorkspaceId = (account: Account, request: WireRequest): E.Either<WireResponse, string> => {
  const id = request.query['workspace_id'] ?? defaultWorkspace(account).id
  return uuid.test(id) ? E.right(id) : E.left(badRequest('Invalid request parameters: workspace_id'))
}
