import { toDollars } from '../../domain/shared/picodollars.js'
import { answer, type Endpoint } from './endpoint.js'
import { jsonResponse } from './wire.js'

/** `GET /credits`: totals of the whole account. Source: https://openrouter.ai/docs/api-reference/get-credits */
export const getCredits: Endpoint = (call) =>
  answer(
    call,
    jsonResponse(200, {
      data: {
        total_credits: toDollars(call.account.creditsBought),
        total_usage: toDollars(call.account.creditsUsed),
      },
    }),
  )
