import * as E from 'fp-ts/lib/Either.js'

import { type Account, type ApiKey, withEntry, withoutEntry } from './account.js'
import { decodeBody } from './body.js'
import { answer, change, type Endpoint } from './endpoint.js'
import { notFound } from './errors.js'
import { patchKeyBody, readLimit } from './key-body.js'
import { keyJson } from './key-json.js'
import { jsonResponse } from './wire.js'

/** The account with this key in place of its older self. */
export const putKey = (account: Account, key: ApiKey): Account => ({ ...account, keys: withEntry(account.keys, key.hash, key) })

/** The account without the key and its guardrail assignment; unchanged when there is no such key. */
export const dropKey = (account: Account, hash: string): Account => {
  const key = account.keys.get(hash)
  if (key === undefined) return account
  return {
    ...account,
    keys: withoutEntry(account.keys, hash),
    deleted: withEntry(account.deleted, hash, key),
    assignments: withoutEntry(account.assignments, hash),
  }
}

/** `GET /keys/{hash}`, in whatever workspace the key is; 404 when it was deleted or never was. */
export const getKey: Endpoint = (call) => {
  const key = call.account.keys.get(call.id)
  return answer(call, key === undefined ? notFound('API key') : jsonResponse(200, { data: keyJson(key, call.now) }))
}

/** `PATCH /keys/{hash}`: what is omitted stays, null clears, unknown fields are tolerated. The last write wins. */
export const patchKey: Endpoint = (call) => {
  const { account, now } = call
  const key = account.keys.get(call.id)
  if (key === undefined) return answer(call, notFound('API key'))
  const decoded = decodeBody(patchKeyBody, call.request)
  if (E.isLeft(decoded)) return answer(call, decoded.left)
  const body = decoded.right
  const limit = readLimit(account.settings, body.limit)
  if (E.isLeft(limit)) return answer(call, limit.left)
  const patched: ApiKey = {
    ...key,
    name: body.name ?? key.name,
    disabled: body.disabled ?? key.disabled,
    limit: limit.right === undefined ? key.limit : limit.right,
    reset: body.limit_reset === undefined ? key.reset : body.limit_reset,
    includeByok: body.include_byok_in_limit ?? key.includeByok,
    updatedAt: now,
  }
  return change(putKey(account, patched), jsonResponse(200, { data: keyJson(patched, now) }))
}

/** `DELETE /keys/{hash}`: final; a repeat answers 404. */
export const deleteKey: Endpoint = (call) =>
  call.account.keys.has(call.id)
    ? change(dropKey(call.account, call.id), jsonResponse(200, { deleted: true }))
    : answer(call, notFound('API key'))
