import { toDollars } from '../../domain/shared/picodollars.js'
import type { ApiKey } from './account.js'
import { limitRemaining } from './key-state.js'
import { showDifference } from './money.js'
import { readTally, type Tally } from './windows.js'

/** An instant as OpenRouter writes `created_at` in places: UTC offset and microseconds, so that nobody compares it as text. */
export const showTime = (at: number): string => new Date(at).toISOString().replace('Z', '000+00:00')

const usageJson = (prefix: '' | 'byok_', tally: Tally, now: number): Readonly<Record<string, number>> => {
  const reading = readTally(tally, now)
  return {
    [`${prefix}usage`]: toDollars(reading.total),
    [`${prefix}usage_daily`]: toDollars(reading.daily),
    [`${prefix}usage_weekly`]: toDollars(reading.weekly),
    [`${prefix}usage_monthly`]: toDollars(reading.monthly),
  }
}

/** The fields that `GET /key` and `/keys` have in common: limit, usage, expiry. */
export const limitAndUsageJson = (key: ApiKey, now: number): Readonly<Record<string, unknown>> => {
  const remaining = limitRemaining(key, now)
  return {
    label: key.label,
    limit: key.limit === null ? null : toDollars(key.limit),
    limit_remaining: remaining === null ? null : showDifference(remaining),
    limit_reset: key.reset,
    include_byok_in_limit: key.includeByok,
    ...usageJson('', key.usage, now),
    ...usageJson('byok_', key.byokUsage, now),
    expires_at: key.expiresAt === null ? null : new Date(key.expiresAt).toISOString(),
    creator_user_id: key.creatorUserId,
  }
}

/**
 * The key object of `/keys`. `external_user` is in every one: the official SDK refuses an answer without it.
 * Source: https://openrouter.ai/docs/api-reference/api-keys
 */
export const keyJson = (key: ApiKey, now: number): Readonly<Record<string, unknown>> => ({
  hash: key.hash,
  name: key.name,
  disabled: key.disabled,
  ...limitAndUsageJson(key, now),
  created_at: showTime(key.createdAt),
  updated_at: key.updatedAt === null ? null : showTime(key.updatedAt),
  workspace_id: key.workspaceId,
  external_user: null,
})
