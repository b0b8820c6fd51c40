import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import { type Picodollars, zero } from '../../domain/shared/picodollars.js'
import { decodeBody } from './body.js'
import { badRequest } from './errors.js'
import { notNegative, readDollars } from './money.js'
import type { Cost, WireRequest, WireResponse } from './wire.js'

const chatBody = t.partial({
  model: t.string,
  max_tokens: t.number,
  stream: t.boolean,
  simulate: t.partial({ cost: t.number, byok_cost: t.number, duration_ms: t.number }),
})

type Simulate = NonNullable<t.TypeOf<typeof chatBody>['simulate']>

/** One inference request as it is simulated. `worst` is what `max_tokens` allows it to cost; zero when it was not given. */
export interface Chat {
  readonly model: string
  readonly completionTokens: number
  readonly cost: Cost
  readonly worst: Picodollars
  readonly duration: number
}

export const promptTokens = 10
/** Ten dollars for a million tokens. */
const pricePerToken = 10_000_000n

const readCost = (price: Picodollars, simulate: Simulate): E.Either<WireResponse, Cost> => {
  const byok = readDollars(simulate.byok_cost ?? 0)
  const otherwise = byok === null || byok === zero ? price : zero
  const credits = simulate.cost === undefined ? otherwise : readDollars(simulate.cost)
  return byok === null || credits === null
    ? E.left(badRequest('Invalid request parameters: simulate'))
    : E.right({ credits, byok })
}

const readTokens = (most: number | undefined): E.Either<WireResponse, number> => {
  const tokens = most ?? 100
  return Number.isSafeInteger(tokens) && tokens > 0 ? E.right(tokens) : E.left(badRequest('Invalid request parameters: max_tokens'))
}

/** Reads the body of `POST /chat/completions`; what its fields mean is said at `chatCompletions`. */
export const readChat = (request: WireRequest): E.Either<WireResponse, Chat> => {
  const body = decodeBody(chatBody, request)
  if (E.isLeft(body)) return body
  const { model, max_tokens: most, stream, simulate = {} } = body.right
  if (stream === true) return E.left(badRequest('Streaming is not simulated'))
  const tokens = readTokens(most)
  if (E.isLeft(tokens)) return tokens
  const price = notNegative(BigInt(promptTokens + tokens.right) * pricePerToken)
  const cost = readCost(price, simulate)
  if (E.isLeft(cost)) return cost
  return E.right({
    model: model ?? 'openrouter/auto',
    completionTokens: tokens.right,
    cost: cost.right,
    worst: most === undefined ? zero : price,
    duration: Math.max(0, simulate.duration_ms ?? 0),
  })
}
