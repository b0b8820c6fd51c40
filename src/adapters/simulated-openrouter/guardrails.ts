import * as E from 'fp-ts/lib/Either.js'

import { toDollars } from '../../domain/shared/picodollars.js'
import { type Account, defaultWorkspace, type Guardrail, withEntry, withoutEntry, workspaceById } from './account.js'
import { decodeBody } from './body.js'
import { answer, change, type Endpoint } from './endpoint.js'
import { badRequest, errorResponse, notFound } from './errors.js'
import { createGuardrailBody, patchGuardrailBody, readTerms } from './guardrail-body.js'
import { showTime } from './key-json.js'
import { mintUuid } from './mint.js'
import { page, readWorkspaceId } from './paging.js'
import { jsonResponse } from './wire.js'

const guardrailJson = (guardrail: Guardrail): Readonly<Record<string, unknown>> => ({
  id: guardrail.id,
  name: guardrail.name,
  description: guardrail.description,
  limit_usd: guardrail.limit === null ? null : toDollars(guardrail.limit),
  reset_interval: guardrail.reset,
  include_byok_in_budgets: guardrail.includeByok,
  workspace_id: guardrail.workspaceId,
  allowed_models: null,
  allowed_providers: null,
  ignored_models: null,
  ignored_providers: null,
  created_at: showTime(guardrail.createdAt),
  updated_at: guardrail.updatedAt === null ? null : showTime(guardrail.updatedAt),
})

const putGuardrail = (account: Account, guardrail: Guardrail): Account => ({
  ...account,
  guardrails: withEntry(account.guardrails, guardrail.id, guardrail),
})

/** `GET /guardrails`: of the default workspace unless another is named. */
export const listGuardrails: Endpoint = (call) => {
  const workspaceId = readWorkspaceId(call.account, call.request)
  if (E.isLeft(workspaceId)) return answer(call, workspaceId.left)
  const rows = [...call.account.guardrails.values()].filter((guardrail) => guardrail.workspaceId === workspaceId.right)
  const listed = page(call.request, rows, guardrailJson)
  return answer(call, E.isLeft(listed) ? listed.left : jsonResponse(200, listed.right))
}

/** `POST /guardrails`. The workspace is placement only: what enforces is the assignment. */
export const createGuardrail: Endpoint = (call) => {
  const { account, now } = call
  if (account.settings.refuseGuardrails) return answer(call, errorResponse(403, 'Guardrails are not available on this plan'))
  const body = decodeBody(createGuardrailBody, call.request)
  if (E.isLeft(body)) return answer(call, body.left)
  const blank = { name: '', description: null, limit: null, reset: null, includeByok: false }
  const terms = readTerms(blank, body.right)
  if (E.isLeft(terms)) return answer(call, terms.left)
  const workspace = workspaceById(account, body.right.workspace_id ?? defaultWorkspace(account).id)
  if (workspace === undefined) return answer(call, badRequest('Invalid request parameters: workspace_id'))
  const [minted, id] = mintUuid(call.sha256, account)
  const guardrail = { id, ...terms.right, workspaceId: workspace.id, createdAt: now, updatedAt: null }
  return change(putGuardrail(minted, guardrail), jsonResponse(201, { data: guardrailJson(guardrail) }))
}

/** `GET /guardrails/{id}`. */
export const getGuardrail: Endpoint = (call) => {
  const guardrail = call.account.guardrails.get(call.id)
  return answer(call, guardrail === undefined ? notFound('Guardrail') : jsonResponse(200, { data: guardrailJson(guardrail) }))
}

/** The default guardrail of the workspace that owns this id, as it is before anybody wrote it. */
const unwritten = (account: Account, id: string, now: number): Guardrail | undefined => {
  const workspace = account.workspaces.find((candidate) => candidate.defaultGuardrailId === id)
  if (workspace === undefined) return undefined
  const terms = { name: 'Default', description: null, limit: null, reset: null, includeByok: false }
  return { id, ...terms, workspaceId: workspace.id, createdAt: now, updatedAt: null }
}

/** `PATCH /guardrails/{id}`: what is omitted stays. On a workspace's default guardrail it makes it, and its name is fixed. */
export const patchGuardrail: Endpoint = (call) => {
  const { account, id, now } = call
  const fresh = unwritten(account, id, now)
  const before = account.guardrails.get(id) ?? fresh
  if (before === undefined) return answer(call, notFound('Guardrail'))
  const body = decodeBody(patchGuardrailBody, call.request)
  if (E.isLeft(body)) return answer(call, body.left)
  if (fresh !== undefined && body.right.name !== undefined) {
    return answer(call, badRequest('The name of the default guardrail cannot be edited'))
  }
  const terms = readTerms(before, body.right)
  if (E.isLeft(terms)) return answer(call, terms.left)
  const after = { ...before, ...terms.right, updatedAt: now }
  return change(putGuardrail(account, after), jsonResponse(200, { data: guardrailJson(after) }))
}

/** `DELETE /guardrails/{id}`: its keys lose its budget (not documented, but nothing else could hold). */
export const deleteGuardrail: Endpoint = (call) => {
  const { account, id } = call
  if (!account.guardrails.has(id)) return answer(call, notFound('Guardrail'))
  const assignments = new Map([...account.assignments].filter(([, assignment]) => assignment.guardrailId !== id))
  const next = { ...account, guardrails: withoutEntry(account.guardrails, id), assignments }
  return change(next, jsonResponse(200, { deleted: true }))
}
