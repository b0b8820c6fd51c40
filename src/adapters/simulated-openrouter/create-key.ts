import * as E from 'fp-ts/lib/Either.js'

import { defaultWorkspace, withEntry, workspaceById } from './account.js'
import { decodeBody } from './body.js'
import { answer, change, type Endpoint } from './endpoint.js'
import { badRequest } from './errors.js'
import { createKeyBody, readExpiry, readLimit } from './key-body.js'
import { keyJson } from './key-json.js'
import { labelOf, mintSecret } from './mint.js'
import { emptyTally } from './windows.js'
import { jsonResponse } from './wire.js'

/**
 * `POST /keys`: every call makes a new key, whatever its name. Without `limit` the key is uncapped.
 * The secret is in this answer and nowhere else. Source: https://openrouter.ai/docs/api-reference/api-keys
 */
export const createKey: Endpoint = (call) => {
  const { account, request, now, sha256 } = call
  const decoded = decodeBody(createKeyBody, request)
  if (E.isLeft(decoded)) return answer(call, decoded.left)
  const body = decoded.right
  if (body.name === '') return answer(call, badRequest('Invalid request parameters: name'))
  const limit = readLimit(account.settings, body.limit)
  if (E.isLeft(limit)) return answer(call, limit.left)
  const expiresAt = readExpiry(body.expires_at, now)
  if (E.isLeft(expiresAt)) return answer(call, expiresAt.left)
  const workspace = workspaceById(account, body.workspace_id ?? defaultWorkspace(account).id)
  if (workspace === undefined) return answer(call, badRequest('Invalid request parameters: workspace_id'))

  const [minted, secret] = mintSecret(sha256, account)
  const key = {
    hash: sha256(secret),
    name: body.name,
    label: labelOf(secret),
    disabled: false,
    limit: limit.right ?? null,
    reset: body.limit_reset ?? null,
    includeByok: body.include_byok_in_limit ?? false,
    usage: emptyTally,
    byokUsage: emptyTally,
    createdAt: now,
    updatedAt: null,
    expiresAt: expiresAt.right,
    creatorUserId: body.creator_user_id ?? account.userId,
    workspaceId: workspace.id,
  }
  const next = { ...minted, keys: withEntry(minted.keys, key.hash, key) }
  return change(next, jsonResponse(201, { data: keyJson(key, now), key: secret }))
}
