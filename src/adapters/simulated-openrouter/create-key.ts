import * as E from 'fp-ts/lib/Either.js'

import { type ApiKey, defaultWorkspace, withEntry, workspaceById } from './account.js'
import { decodeBody } from './body.js'
import { answer, type Call, change, type Endpoint } from './endpoint.js'
import { badRequest } from './errors.js'
import { createKeyBody, type CreateKeyBody, readExpiry, readLimit } from './key-body.js'
import { keyJson } from './key-json.js'
import { labelOf, mintSecret } from './mint.js'
import { emptyTally } from './windows.js'
import { jsonResponse, type WireResponse } from './wire.js'

type Terms = Pick<ApiKey, 'limit' | 'expiresAt' | 'workspaceId'>

const readTerms = ({ account, now }: Call, body: CreateKeyBody): E.Either<WireResponse, Terms> => {
  if (body.name === '') return E.left(badRequest('Invalid request parameters: name'))
  const limit = readLimit(account.settings, body.limit)
  if (E.isLeft(limit)) return limit
  const expiresAt = readExpiry(body.expires_at, now)
  if (E.isLeft(expiresAt)) return expiresAt
  const workspace = workspaceById(account, body.workspace_id ?? defaultWorkspace(account).id)
  if (workspace === undefined) return E.left(badRequest('Invalid request parameters: workspace_id'))
  return E.right({ limit: limit.right ?? null, expiresAt: expiresAt.right, workspaceId: workspace.id })
}

const newKey = ({ account, now, sha256 }: Call, secret: string, body: CreateKeyBody, terms: Terms): ApiKey => ({
  hash: sha256(secret),
  name: body.name,
  label: labelOf(secret),
  disabled: false,
  ...terms,
  reset: body.limit_reset ?? null,
  includeByok: body.include_byok_in_limit ?? false,
  usage: emptyTally,
  byokUsage: emptyTally,
  createdAt: now,
  updatedAt: null,
  creatorUserId: body.creator_user_id ?? account.userId,
})

/**
 * `POST /keys`: every call makes a new key, whatever its name. Without `limit` the key is uncapped.
 * The secret is in this answer and nowhere else. Source: https://openrouter.ai/docs/api-reference/api-keys
 */
export const createKey: Endpoint = (call) => {
  const body = decodeBody(createKeyBody, call.request)
  if (E.isLeft(body)) return answer(call, body.left)
  const terms = readTerms(call, body.right)
  if (E.isLeft(terms)) return answer(call, terms.left)
  const [minted, secret] = mintSecret(call.sha256, call.account)
  const key = newKey(call, secret, body.right, terms.right)
  const next = { ...minted, keys: withEntry(minted.keys, key.hash, key) }
  return change(next, jsonResponse(201, { data: keyJson(key, call.now), key: secret }))
}
