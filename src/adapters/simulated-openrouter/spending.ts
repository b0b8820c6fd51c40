import { add, zero } from '../../domain/shared/picodollars.js'
import { type Account, type ApiKey, withEntry } from './account.js'
import { budgetRemaining, guardrailsOf, isUsable, limitRemaining } from './key-state.js'
import { record } from './windows.js'
import type { Cost } from './wire.js'

const charged = (key: ApiKey, cost: Cost, at: number): ApiKey => ({
  ...key,
  usage: cost.credits === zero ? key.usage : record(key.usage, cost.credits, at),
  byokUsage: cost.byok === zero ? key.byokUsage : record(key.byokUsage, cost.byok, at),
})

/** Books a finished request on its key, also when the key was deleted meanwhile. Nothing is checked. */
export const charge = (account: Account, hash: string, cost: Cost, at: number): Account => {
  const paid = { ...account, creditsUsed: add(account.creditsUsed, cost.credits) }
  const live = account.keys.get(hash)
  if (live !== undefined) return { ...paid, keys: withEntry(account.keys, hash, charged(live, cost, at)) }
  const gone = account.deleted.get(hash)
  return gone === undefined ? account : { ...paid, deleted: withEntry(account.deleted, hash, charged(gone, cost, at)) }
}

const least = (amounts: ReadonlyArray<bigint>): bigint | null =>
  amounts.reduce<bigint | null>((smallest, amount) => (smallest === null || amount < smallest ? amount : smallest), null)

/**
 * What the holder of the key's secret could still spend in picodollars before the service stops him: `0n` when the key is
 * disabled, expired or exhausted, null without any limit. Of `byok`, only the limits that count BYOK hold.
 */
export const spendable = (account: Account, key: ApiKey, kind: 'credits' | 'byok', now: number): bigint | null => {
  if (!isUsable(key, now)) return 0n
  const own = kind === 'credits' || key.includeByok ? [limitRemaining(key, now)] : []
  const budgets = guardrailsOf(account, key)
    .filter((guardrail) => kind === 'credits' || guardrail.includeByok)
    .map((guardrail) => budgetRemaining(guardrail, key, now))
  const left = least([...own, ...budgets].flatMap((amount) => (amount === null ? [] : [amount])))
  return left !== null && left < 0n ? 0n : left
}

/** Whether a request of this kind of cost is let through now: something is left, however little. */
export const admits = (account: Account, key: ApiKey, cost: Cost, now: number): boolean => {
  const left = spendable(account, key, cost.byok > 0n ? 'byok' : 'credits', now)
  const affordable = cost.credits === zero || account.creditsUsed < account.creditsBought
  return affordable && (left === null || left > 0n)
}

/** One live key as an attacker or an invariant sees it. */
export interface LiveKey {
  readonly key: ApiKey
  readonly spendable: bigint | null
  readonly byokSpendable: bigint | null
}

/** Every key that is not deleted, in all workspaces, oldest first. */
export const liveKeys = (account: Account, now: number): ReadonlyArray<LiveKey> =>
  [...account.keys.values()].map((key) => ({
    key,
    spendable: spendable(account, key, 'credits', now),
    byokSpendable: spendable(account, key, 'byok', now),
  }))
