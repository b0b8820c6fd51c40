import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import { toDollars } from '../../domain/shared/picodollars.js'
import type { Account, ApiKey } from './account.js'
import { decodeBody } from './body.js'
import { type Endpoint, type Handled } from './endpoint.js'
import { badRequest, errorResponse } from './errors.js'
import { budgetRemaining, guardrailsOf, limitRemaining } from './key-state.js'
import { mintUuid } from './mint.js'
import { notNegative, readDollars } from './money.js'
import { charge, spendable } from './spending.js'
import { type Cost, jsonResponse, type WireResponse } from './wire.js'

const chatBody = t.partial({
  model: t.string,
  max_tokens: t.number,
  stream: t.boolean,
  simulate: t.partial({ cost: t.number, byok_cost: t.number, duration_ms: t.number }),
})

type ChatBody = t.TypeOf<typeof chatBody>

/** Ten dollars for a million tokens. */
const pricePerToken = 10_000_000n
const promptTokens = 10

const bracket = (reset: string | null): string => `${reset ?? 'total'} limit`

/**
 * Why a request is not let through, or null. Texts as seen on the live service: 403 with the kind of limit for an exhausted
 * limit or budget, 402 when something is left but not enough for the worst case that `max_tokens` allows.
 * Source: https://openrouter.ai/docs/api-reference/limits
 */
const refusal = (account: Account, key: ApiKey, cost: Cost, worst: bigint, now: number): WireResponse | null => {
  const isByok = cost.byok > 0n
  if (cost.credits > 0n && account.creditsUsed >= account.creditsBought) {
    return errorResponse(402, 'Insufficient credits. Add more using https://openrouter.ai/credits', { limit_source: 'openrouter_credits' })
  }
  const counts = (includeByok: boolean): boolean => !isByok || includeByok
  const left = limitRemaining(key, now)
  if (counts(key.includeByok) && left !== null && left <= 0n) {
    const where = `https://openrouter.ai/workspaces/default/keys/${key.hash}`
    return errorResponse(403, `Key limit exceeded (${bracket(key.reset)}). Manage it using ${where}`, { limit_source: 'openrouter_key_limit' })
  }
  const spent = guardrailsOf(account, key).find((guardrail) => {
    const budget = budgetRemaining(guardrail, key, now)
    return counts(guardrail.includeByok) && budget !== null && budget <= 0n
  })
  if (spent !== undefined) {
    const message = `API key budget limit exceeded (${bracket(spent.reset)})`
    return errorResponse(403, message, { limit_source: 'openrouter_guardrail_budget' })
  }
  const affordable = spendable(account, key, isByok ? 'byok' : 'credits', now)
  if (affordable !== null && affordable < worst) {
    const message = 'This request requires more credits, or fewer max_tokens.'
    return errorResponse(402, message, { limit_source: 'openrouter_key_limit' })
  }
  return null
}

const completion = (id: string, body: ChatBody, tokens: number, cost: Cost, now: number): WireResponse => {
  const upstream = toDollars(cost.byok)
  const details = cost.byok > 0n ? { upstream_inference_cost: upstream } : {}
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: tokens,
    total_tokens: promptTokens + tokens,
    cost: toDollars(cost.credits),
    is_byok: cost.byok > 0n,
    cost_details: { ...details, upstream_inference_prompt_cost: 0, upstream_inference_completions_cost: upstream },
  }
  const message = { role: 'assistant', content: 'This answer was simulated.' }
  const result = {
    id,
    object: 'chat.completion',
    created: Math.floor(now / 1000),
    model: body.model ?? 'openrouter/auto',
    provider: 'Simulated',
    system_fingerprint: null,
    choices: [{ index: 0, finish_reason: 'stop', native_finish_reason: 'stop', logprobs: null, message }],
    usage,
  }
  const response = jsonResponse(200, result)
  return { ...response, headers: { ...response.headers, 'x-generation-id': id } }
}

/**
 * `POST /chat/completions`: spends. Checked when it arrives and charged when it is done, so that limits are soft.
 *
 * The body may say what it costs, which OpenRouter's own would not: `simulate: {cost, byok_cost, duration_ms}`, dollars and
 * milliseconds. Without it a request costs 0.00001 dollars for each of its 10 prompt and `max_tokens` (default 100) completion
 * tokens. With `max_tokens` given, that many must also be affordable. A request with `byok_cost` is a BYOK one: `cost` is then
 * OpenRouter's fee, and only limits that count BYOK hold it back. Streams are not simulated.
 */
export const chatCompletions: Endpoint = (call) => {
  const { account, caller, now } = call
  const refused = (response: WireResponse): Handled => ({ account, response, dueLater: [] })
  // OpenRouter says that a management key cannot do this, but not how it refuses.
  if (caller._tag === 'Management') return refused(errorResponse(403, 'Management keys cannot be used for inference'))
  const decoded = decodeBody(chatBody, call.request)
  if (E.isLeft(decoded)) return refused(decoded.left)
  const body = decoded.right
  if (body.stream === true) return refused(badRequest('Streaming is not simulated'))
  const tokens = body.max_tokens ?? 100
  if (!Number.isSafeInteger(tokens) || tokens < 1) return refused(badRequest('Invalid request parameters: max_tokens'))

  const price = notNegative(BigInt(promptTokens + tokens) * pricePerToken)
  const byok = readDollars(body.simulate?.byok_cost ?? 0)
  const stated = body.simulate?.cost ?? (byok !== null && byok > 0n ? 0 : undefined)
  const credits = stated === undefined ? price : readDollars(stated)
  const duration = body.simulate?.duration_ms ?? 0
  if (byok === null || credits === null || !(duration >= 0)) return refused(badRequest('Invalid request parameters: simulate'))
  const cost: Cost = { credits, byok }
  const worst = body.max_tokens === undefined ? 0n : price
  const no = refusal(account, caller.key, cost, worst, now)
  if (no !== null) return refused(no)

  const [minted, uuid] = mintUuid(call.sha256, account)
  const response = completion(`gen-${uuid}`, body, tokens, cost, now)
  const wait = duration + account.settings.usageLag
  const hash = caller.key.hash
  return wait === 0
    ? { account: charge(minted, hash, cost, now), response, dueLater: [] }
    : { account: minted, response, dueLater: [{ _tag: 'Charge', at: now + wait, hash, cost }] }
}
