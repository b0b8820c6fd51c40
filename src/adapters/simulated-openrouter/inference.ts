import * as E from 'fp-ts/lib/Either.js'

import { toDollars } from '../../domain/shared/picodollars.js'
import type { Account, ApiKey } from './account.js'
import { type Chat, promptTokens, readChat } from './chat-body.js'
import { answer, type Endpoint } from './endpoint.js'
import { errorResponse } from './errors.js'
import { budgetRemaining, guardrailsOf, limitRemaining } from './key-state.js'
import { mintUuid } from './mint.js'
import { charge, spendable } from './spending.js'
import { jsonResponse, type WireResponse } from './wire.js'

const bracket = (reset: string | null): string => `${reset ?? 'total'} limit`

const isSpent = (remaining: bigint | null): boolean => remaining !== null && remaining <= 0n

const noCredits = (account: Account, { cost }: Chat): WireResponse | null =>
  cost.credits > 0n && account.creditsUsed >= account.creditsBought
    ? errorResponse(402, 'Insufficient credits. Add more using https://openrouter.ai/credits', { limit_source: 'openrouter_credits' })
    : null

const limitSpent = (key: ApiKey, { cost }: Chat, now: number): WireResponse | null => {
  if ((cost.byok > 0n && !key.includeByok) || !isSpent(limitRemaining(key, now))) return null
  const where = `https://openrouter.ai/workspaces/default/keys/${key.hash}`
  const message = `Key limit exceeded (${bracket(key.reset)}). Manage it using ${where}`
  return errorResponse(403, message, { limit_source: 'openrouter_key_limit' })
}

const budgetSpent = (account: Account, key: ApiKey, { cost }: Chat, now: number): WireResponse | null => {
  const spent = guardrailsOf(account, key)
    .filter((guardrail) => cost.byok === 0n || guardrail.includeByok)
    .find((guardrail) => isSpent(budgetRemaining(guardrail, key, now)))
  if (spent === undefined) return null
  const message = `API key budget limit exceeded (${bracket(spent.reset)})`
  return errorResponse(403, message, { limit_source: 'openrouter_guardrail_budget' })
}

const tooDear = (account: Account, key: ApiKey, { cost, worst }: Chat, now: number): WireResponse | null => {
  const left = spendable(account, key, cost.byok > 0n ? 'byok' : 'credits', now)
  if (left === null || worst <= left) return null
  return errorResponse(402, 'This request requires more credits, or fewer max_tokens.', { limit_source: 'openrouter_key_limit' })
}

/**
 * Why a request is not let through, or null. Texts as seen on the live service: 403 with the kind of limit for an exhausted
 * limit or budget, 402 when something is left but not enough for the worst case that `max_tokens` allows.
 * Source: https://openrouter.ai/docs/api-reference/limits
 */
const refusal = (account: Account, key: ApiKey, chat: Chat, now: number): WireResponse | null =>
  noCredits(account, chat) ?? limitSpent(key, chat, now) ?? budgetSpent(account, key, chat, now) ?? tooDear(account, key, chat, now)

const usageJson = ({ cost, completionTokens }: Chat): Readonly<Record<string, unknown>> => {
  const upstream = toDollars(cost.byok)
  const details = cost.byok > 0n ? { upstream_inference_cost: upstream } : {}
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    cost: toDollars(cost.credits),
    is_byok: cost.byok > 0n,
    cost_details: { ...details, upstream_inference_prompt_cost: 0, upstream_inference_completions_cost: upstream },
  }
}

const completion = (id: string, chat: Chat, now: number): WireResponse => {
  const message = { role: 'assistant', content: 'This answer was simulated.' }
  const response = jsonResponse(200, {
    id,
    object: 'chat.completion',
    created: Math.floor(now / 1000),
    model: chat.model,
    provider: 'Simulated',
    system_fingerprint: null,
    choices: [{ index: 0, finish_reason: 'stop', native_finish_reason: 'stop', logprobs: null, message }],
    usage: usageJson(chat),
  })
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
  // OpenRouter says that a management key cannot do this, but not how it refuses.
  if (caller._tag === 'Management') return answer(call, errorResponse(403, 'Management keys cannot be used for inference'))
  const chat = readChat(call.request)
  if (E.isLeft(chat)) return answer(call, chat.left)
  const refused = refusal(account, caller.key, chat.right, now)
  if (refused !== null) return answer(call, refused)

  const { cost, duration } = chat.right
  const { hash } = caller.key
  const [minted, uuid] = mintUuid(call.sha256, account)
  const response = completion(`gen-${uuid}`, chat.right, now)
  const wait = duration + account.settings.usageLag
  return wait === 0
    ? { account: charge(minted, hash, cost, now), response, dueLater: [] }
    : { account: minted, response, dueLater: [{ _tag: 'Charge', at: now + wait, hash, cost }] }
}
