import * as E from 'fp-ts/lib/Either.js'

import { answer, type Endpoint } from './endpoint.js'
import { badRequest } from './errors.js'
import { keyJson } from './key-json.js'
import { readCount, readWorkspaceId } from './paging.js'
import { jsonResponse } from './wire.js'

/**
 * `GET /keys`: one page, newest first, no total; only the default workspace unless another is named; disabled keys
 * only on request. Expired keys stay listed (not documented).
 * Source: https://openrouter.ai/docs/api-reference/api-keys
 */
export const listKeys: Endpoint = (call) => {
  const { account, request, now } = call
  const offset = readCount(request, 'offset', 0, 0, 999_999_999)
  if (E.isLeft(offset)) return answer(call, offset.left)
  const disabledToo = request.query['include_disabled'] ?? 'false'
  if (disabledToo !== 'true' && disabledToo !== 'false') {
    return answer(call, badRequest('Invalid request parameters: include_disabled'))
  }
  const workspaceId = readWorkspaceId(account, request)
  if (E.isLeft(workspaceId)) return answer(call, workspaceId.left)
  const rows = [...account.keys.values()]
    .reverse()
    .filter((key) => key.workspaceId === workspaceId.right && (disabledToo === 'true' || !key.disabled))
    .slice(offset.right, offset.right + account.settings.pageSize)
  return answer(call, jsonResponse(200, { data: rows.map((key) => keyJson(key, now)) }))
}
