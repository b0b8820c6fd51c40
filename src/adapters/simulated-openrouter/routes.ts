import { createKey } from './create-key.js'
import { getCredits } from './credits.js'
import { currentKey } from './current-key.js'
import type { Endpoint } from './endpoint.js'
import { assignKeys, listAllAssignments, listAssignments, unassignKeys } from './guardrail-assignments.js'
import { createGuardrail, deleteGuardrail, getGuardrail, listGuardrails, patchGuardrail } from './guardrails.js'
import { chatCompletions } from './inference.js'
import { listKeys } from './list-keys.js'
import { deleteKey, getKey, patchKey } from './one-key.js'
import { getWorkspace, listWorkspaces } from './workspaces.js'

/** Who may call: anybody with a key, or only a management key, and then the status that an ordinary key is given. */
export type Access = 'any' | 401 | 403

export interface Route {
  readonly method: string
  /** `:id` stands for one segment. */
  readonly path: string
  readonly access: Access
  readonly endpoint: Endpoint
}

const route = (method: string, path: string, access: Access, endpoint: Endpoint): Route => ({ method, path, access, endpoint })

/** Which status an ordinary key gets follows the published statuses: 403 where it is listed, else 401. */
export const routes: ReadonlyArray<Route> = [
  route('GET', '/key', 'any', currentKey),
  route('GET', '/keys', 401, listKeys),
  route('POST', '/keys', 403, createKey),
  route('GET', '/keys/:id', 401, getKey),
  route('PATCH', '/keys/:id', 401, patchKey),
  route('DELETE', '/keys/:id', 401, deleteKey),
  route('GET', '/workspaces', 401, listWorkspaces),
  route('GET', '/workspaces/:id', 401, getWorkspace),
  route('GET', '/guardrails', 401, listGuardrails),
  route('POST', '/guardrails', 403, createGuardrail),
  route('GET', '/guardrails/assignments/keys', 401, listAllAssignments),
  route('GET', '/guardrails/:id', 401, getGuardrail),
  route('PATCH', '/guardrails/:id', 401, patchGuardrail),
  route('DELETE', '/guardrails/:id', 401, deleteGuardrail),
  route('GET', '/guardrails/:id/assignments/keys', 401, listAssignments),
  route('POST', '/guardrails/:id/assignments/keys', 401, assignKeys),
  route('POST', '/guardrails/:id/assignments/keys/remove', 401, unassignKeys),
  route('GET', '/credits', 403, getCredits),
  route('POST', '/chat/completions', 'any', chatCompletions),
]
