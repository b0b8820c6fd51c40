import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import type { Picodollars } from '../../domain/shared/picodollars.js'
import type { Settings } from './account.js'
import { badRequest } from './errors.js'
import { readDollars } from './money.js'
import type { WireResponse } from './wire.js'

const limitReset = t.union([t.literal('daily'), t.literal('weekly'), t.literal('monthly'), t.null])
const nullableNumber = t.union([t.number, t.null])
const nullableString = t.union([t.string, t.null])

const writable = { limit: nullableNumber, limit_reset: limitReset, include_byok_in_limit: t.boolean }

/** Body of `POST /keys`. */
export const createKeyBody = t.intersection([
  t.type({ name: t.string }),
  t.partial({ ...writable, expires_at: nullableString, workspace_id: t.string, creator_user_id: nullableString }),
])

export type CreateKeyBody = t.TypeOf<typeof createKeyBody>

/** Body of `PATCH /keys/{hash}`: these five and no others can be changed. */
export const patchKeyBody = t.partial({ ...writable, name: t.string, disabled: t.boolean })

/** A limit from a body: `undefined` when it was omitted, null when it was cleared. */
export const readLimit = (
  settings: Settings,
  limit: number | null | undefined,
): E.Either<WireResponse, Picodollars | null | undefined> => {
  if (limit === null || limit === undefined) return E.right(limit)
  const amount = readDollars(limit)
  if (amount === null) return E.left(badRequest('Invalid request parameters: limit'))
  if (amount === 0n && settings.refuseZeroLimit) return E.left(badRequest('Invalid request parameters: limit must be greater than 0'))
  return E.right(amount)
}

const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)$/

/** `expires_at` must be UTC with seconds. That a past instant is refused is an assumption: OpenRouter does not say. */
export const readExpiry = (text: string | null | undefined, now: number): E.Either<WireResponse, number | null> => {
  if (text === null || text === undefined) return E.right(null)
  const at = utc.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) return E.left(badRequest('Invalid request parameters: expires_at must be an ISO 8601 UTC timestamp'))
  if (at <= now) return E.left(badRequest('Invalid request parameters: expires_at must be in the future'))
  return E.right(at)
}
