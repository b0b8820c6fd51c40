import * as E from 'fp-ts/lib/Either.js'

import { type Account, type Assignment, withEntry, withoutEntry } from './account.js'
import { decodeBody } from './body.js'
import { answer, type Call, change, type Endpoint, type Handled } from './endpoint.js'
import { badRequest, notFound } from './errors.js'
import { keyHashesBody } from './guardrail-body.js'
import { showTime } from './key-json.js'
import { mintUuid } from './mint.js'
import { page } from './paging.js'
import { jsonResponse } from './wire.js'

const assignmentJson =
  (account: Account) =>
  (assignment: Assignment): Readonly<Record<string, unknown>> => {
    const key = account.keys.get(assignment.keyHash)
    return {
      id: assignment.id,
      key_hash: assignment.keyHash,
      key_name: key?.name ?? '',
      key_label: key?.label ?? '',
      guardrail_id: assignment.guardrailId,
      assigned_by: account.userId,
      created_at: showTime(assignment.createdAt),
    }
  }

const listed = (call: Call, rows: ReadonlyArray<Assignment>): Handled => {
  const shown = page(call.request, rows, assignmentJson(call.account))
  return answer(call, E.isLeft(shown) ? shown.left : jsonResponse(200, shown.right))
}

/** `GET /guardrails/assignments/keys`: those of all guardrails. */
export const listAllAssignments: Endpoint = (call) => listed(call, [...call.account.assignments.values()])

/** `GET /guardrails/{id}/assignments/keys`. */
export const listAssignments: Endpoint = (call) =>
  call.account.guardrails.has(call.id)
    ? listed(call, [...call.account.assignments.values()].filter((assignment) => assignment.guardrailId === call.id))
    : answer(call, notFound('Guardrail'))

const withHashes = (call: Call, act: (hashes: ReadonlyArray<string>) => Handled): Handled => {
  if (!call.account.guardrails.has(call.id)) return answer(call, notFound('Guardrail'))
  const body = decodeBody(keyHashesBody, call.request)
  if (E.isLeft(body)) return answer(call, body.left)
  if (body.right.key_hashes.length === 0) return answer(call, badRequest('Invalid request parameters: key_hashes'))
  return act(body.right.key_hashes)
}

/**
 * `POST /guardrails/{id}/assignments/keys`: a key's former guardrail is replaced without a word. Unknown hashes are left out
 * of the count (not documented).
 */
export const assignKeys: Endpoint = (call) =>
  withHashes(call, (hashes) => {
    const known = hashes.filter((hash) => call.account.keys.has(hash))
    const next = known.reduce((account, hash) => {
      const [minted, id] = mintUuid(call.sha256, account)
      const assignment = { id, keyHash: hash, guardrailId: call.id, createdAt: call.now }
      return { ...minted, assignments: withEntry(minted.assignments, hash, assignment) }
    }, call.account)
    return change(next, jsonResponse(200, { assigned_count: known.length }))
  })

/** `POST /guardrails/{id}/assignments/keys/remove`: counts only the keys that this guardrail had. */
export const unassignKeys: Endpoint = (call) =>
  withHashes(call, (hashes) => {
    const held = hashes.filter((hash) => call.account.assignments.get(hash)?.guardrailId === call.id)
    const assignments = held.reduce((map, hash) => withoutEntry(map, hash), call.account.assignments)
    return change({ ...call.account, assignments }, jsonResponse(200, { unassigned_count: held.length }))
  })
