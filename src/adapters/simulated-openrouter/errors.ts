import { jsonResponse, type WireResponse } from './wire.js'

/**
 * An error in OpenRouter's JSON format. Live bodies may also carry the account's `user_id`; these do not.
 * Source: https://openrouter.ai/docs/api-reference/errors
 */
export const errorResponse = (
  status: number,
  message: string,
  metadata?: Readonly<Record<string, unknown>>,
): WireResponse =>
  jsonResponse(status, { error: { message, code: status, ...(metadata === undefined ? {} : { metadata }) } })

export const badRequest = (message: string): WireResponse => errorResponse(400, message)

/** No Authorization header at all. */
export const missingCredential = (): WireResponse => errorResponse(401, 'Missing Authentication header')

/** Unknown, deleted, disabled or expired: the same words for all. `User` means the OpenRouter account. */
export const unknownCredential = (): WireResponse => errorResponse(401, 'User not found.')

export const notManagement = (status: 401 | 403): WireResponse =>
  errorResponse(status, 'Only management keys can perform this operation')

export const notFound = (what: string): WireResponse => errorResponse(404, `${what} not found`)

export const methodNotAllowed = (): WireResponse => errorResponse(405, 'Method Not Allowed')
