import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import type { Guardrail } from './account.js'
import { badRequest } from './errors.js'
import { readDollars } from './money.js'
import type { WireResponse } from './wire.js'

const budget = {
  limit_usd: t.union([t.number, t.null]),
  reset_interval: t.union([t.literal('daily'), t.literal('weekly'), t.literal('monthly'), t.null]),
  include_byok_in_budgets: t.boolean,
  description: t.union([t.string, t.null]),
}

/** Body of `POST /guardrails`, as far as it is simulated: the budget, not the rules about models and providers. */
export const createGuardrailBody = t.intersection([
  t.type({ name: t.string }),
  t.partial({ ...budget, workspace_id: t.string }),
])

/** Body of `PATCH /guardrails/{id}`. */
export const patchGuardrailBody = t.partial({ ...budget, name: t.string })

/** Body of adding and removing keys. */
export const keyHashesBody = t.type({ key_hashes: t.array(t.string) })

type PatchBody = t.TypeOf<typeof patchGuardrailBody>
type Terms = Pick<Guardrail, 'name' | 'description' | 'limit' | 'reset' | 'includeByok'>
type Budget = Pick<Terms, 'limit' | 'reset'>

const readAmount = (before: Budget['limit'], dollars: number | null | undefined): E.Either<WireResponse, Budget['limit']> => {
  if (dollars === undefined) return E.right(before)
  if (dollars === null) return E.right(null)
  const limit = readDollars(dollars)
  return limit === null || limit === 0n
    ? E.left(badRequest('Invalid request parameters: limit_usd must be greater than 0'))
    : E.right(limit)
}

const readBudget = (before: Budget, body: PatchBody): E.Either<WireResponse, Budget> => {
  const limit = readAmount(before.limit, body.limit_usd)
  if (E.isLeft(limit)) return limit
  const reset = body.reset_interval === undefined ? before.reset : body.reset_interval
  return (limit.right === null) === (reset === null)
    ? E.right({ limit: limit.right, reset })
    : E.left(badRequest('Invalid request parameters: limit_usd and reset_interval must be provided together'))
}

/**
 * The terms of a guardrail after a body. A budget of 0 is refused, and so is a budget without an interval or the reverse.
 * Source: https://openrouter.ai/docs/features/guardrails and the types of the official SDK 1.3.19.
 */
export const readTerms = (before: Terms, body: PatchBody): E.Either<WireResponse, Terms> => {
  const terms = readBudget(before, body)
  if (E.isLeft(terms)) return terms
  const name = body.name ?? before.name
  if (name.length < 1 || name.length > 200) return E.left(badRequest('Invalid request parameters: name'))
  const description = body.description === undefined ? before.description : body.description
  return E.right({ name, description, ...terms.right, includeByok: body.include_byok_in_budgets ?? before.includeByok })
}
