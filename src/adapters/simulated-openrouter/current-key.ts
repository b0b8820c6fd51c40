import type { ManagementKey } from './account.js'
import { answer, type Caller, type Endpoint } from './endpoint.js'
import { limitAndUsageJson } from './key-json.js'
import { jsonResponse } from './wire.js'

const noUsage = (prefix: '' | 'byok_'): Readonly<Record<string, number>> => ({
  [`${prefix}usage`]: 0,
  [`${prefix}usage_daily`]: 0,
  [`${prefix}usage_weekly`]: 0,
  [`${prefix}usage_monthly`]: 0,
})

const managementJson = (key: ManagementKey, userId: string): Readonly<Record<string, unknown>> => ({
  label: key.label,
  limit: null,
  limit_remaining: null,
  limit_reset: null,
  include_byok_in_limit: false,
  ...noUsage(''),
  ...noUsage('byok_'),
  expires_at: null,
  creator_user_id: userId,
})

const ownJson = (caller: Caller, userId: string, now: number): Readonly<Record<string, unknown>> =>
  caller._tag === 'Management'
    ? { ...managementJson(caller.key, userId), workspace_id: null }
    : { ...limitAndUsageJson(caller.key, now), workspace_id: caller.key.workspaceId }

/**
 * `GET /key`: the calling key itself, of either kind. An exhausted key still answers; a disabled, deleted or expired one
 * does not. Fields as the official SDK 1.3.19 demands them. Source: https://openrouter.ai/docs/api-reference/limits
 */
export const currentKey: Endpoint = (call) => {
  const isManagement = call.caller._tag === 'Management'
  const data = {
    ...ownJson(call.caller, call.account.userId, call.now),
    is_free_tier: false,
    is_management_key: isManagement,
    is_provisioning_key: isManagement,
    organization_id: null,
    allowed_data_regions: ['global'],
    free_model_daily_requests: { used: 0, limit: 1000, remaining: 1000 },
    rate_limit: { requests: -1, interval: '10s', note: 'This field is deprecated and safe to ignore.' },
  }
  return answer(call, jsonResponse(200, { data }))
}
