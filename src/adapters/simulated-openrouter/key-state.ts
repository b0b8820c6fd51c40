import type { LimitReset } from '../../domain/key/remote-policy.js'
import { add, type Picodollars } from '../../domain/shared/picodollars.js'
import type { Account, ApiKey, Guardrail } from './account.js'
import { readTally, type TallyReading } from './windows.js'

/** Whether the key opens the API at all: not disabled and not expired. */
export const isUsable = (key: ApiKey, now: number): boolean =>
  !key.disabled && (key.expiresAt === null || now < key.expiresAt)

const windowOf = (reading: TallyReading, reset: LimitReset | null): Picodollars => {
  switch (reset) {
    case 'daily':
      return reading.daily
    case 'weekly':
      return reading.weekly
    case 'monthly':
      return reading.monthly
    case null:
      return reading.total
  }
}

/** What the key has spent in the current window of `reset`, with or without its BYOK usage. */
const spentIn = (key: ApiKey, reset: LimitReset | null, includeByok: boolean, now: number): Picodollars => {
  const credits = windowOf(readTally(key.usage, now), reset)
  return includeByok ? add(credits, windowOf(readTally(key.byokUsage, now), reset)) : credits
}

/** What is left of the key's own limit in its window, negative when overspent; null without a limit. */
export const limitRemaining = (key: ApiKey, now: number): bigint | null =>
  key.limit === null ? null : key.limit - spentIn(key, key.reset, key.includeByok, now)

/** What is left of a guardrail's budget for this key; null without a budget. */
export const budgetRemaining = (guardrail: Guardrail, key: ApiKey, now: number): bigint | null =>
  guardrail.limit === null ? null : guardrail.limit - spentIn(key, guardrail.reset, guardrail.includeByok, now)

/** The guardrails that hold for a key: its workspace's default one, if written, and the one assigned to it. */
export const guardrailsOf = (account: Account, key: ApiKey): ReadonlyArray<Guardrail> => {
  const workspace = account.workspaces.find((candidate) => candidate.id === key.workspaceId)
  const ids = [workspace?.defaultGuardrailId, account.assignments.get(key.hash)?.guardrailId]
  return ids.flatMap((id) => {
    const guardrail = id === undefined ? undefined : account.guardrails.get(id)
    return guardrail === undefined ? [] : [guardrail]
  })
}
