import * as E from 'fp-ts/lib/Either.js'

import { findWorkspace, type Workspace } from './account.js'
import { answer, type Endpoint } from './endpoint.js'
import { errorResponse, notFound } from './errors.js'
import { showTime } from './key-json.js'
import { page } from './paging.js'
import { jsonResponse } from './wire.js'

const workspaceJson =
  (userId: string) =>
  (workspace: Workspace): Readonly<Record<string, unknown>> => ({
    id: workspace.id,
    name: workspace.name,
    slug: workspace.slug,
    description: null,
    default_guardrail_id: workspace.defaultGuardrailId,
    default_image_model: null,
    default_provider_sort: null,
    default_text_model: null,
    disabled_server_tools: null,
    include_byok_in_budgets: false,
    io_logging_api_key_ids: null,
    io_logging_sampling_rate: 1,
    is_data_discount_logging_enabled: false,
    is_observability_broadcast_enabled: false,
    is_observability_io_logging_enabled: false,
    created_at: showTime(workspace.createdAt),
    created_by: userId,
    updated_at: null,
  })

/** `GET /workspaces`, by `offset` and `limit`. Source: https://openrouter.ai/docs/features/workspaces */
export const listWorkspaces: Endpoint = (call) => {
  if (call.account.settings.refuseWorkspaces) return answer(call, errorResponse(403, 'Workspaces are not available for this account'))
  const rows = page(call.request, call.account.workspaces, workspaceJson(call.account.userId))
  return answer(call, E.isLeft(rows) ? rows.left : jsonResponse(200, rows.right))
}

/** `GET /workspaces/{id}`, where the id may be a slug. */
export const getWorkspace: Endpoint = (call) => {
  const found = findWorkspace(call.account, call.id)
  return answer(call, found === undefined ? notFound('Workspace') : jsonResponse(200, { data: workspaceJson(call.account.userId)(found) }))
}
