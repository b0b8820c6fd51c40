import type { Account, ApiKey } from '../../src/adapters/simulated-openrouter/account.js'
import { readTally } from '../../src/adapters/simulated-openrouter/windows.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { isSettled } from '../../src/domain/key/underway.js'
import type { Picodollars } from '../../src/domain/shared/picodollars.js'

/** What a key may spend in a month and in a day; `null`: without bound. */
export interface Room {
  readonly monthly: Picodollars | null
  readonly daily: Picodollars | null
}

/** The limits that a key may be under now: those wanted, and until all is settled those that it comes from. `null`: nobody's business. */
export type Allowed = ReadonlyArray<Room> | null

const sameRoom = (a: Room, b: Room): boolean => a.monthly === b.monthly && a.daily === b.daily

/** A daily limit that fell to the watcher is enforced by nobody at OpenRouter, which `enforcedBy` says. */
const wantedRoom = ({ stage }: KeyState): Room | null => {
  if (stage._tag !== 'Held' || stage.key.kept !== null) return null
  const { guard, incarnation } = stage.key
  const { monthly, daily } = incarnation.spec.limits
  return { monthly, daily: guard._tag === 'Unavailable' && monthly !== null && daily !== monthly && daily !== 0n ? null : daily }
}

/** What is allowed after one more fact. */
export const allowedAfter = (before: Allowed, state: KeyState): Allowed => {
  const wanted = wantedRoom(state)
  if (wanted === null || state.stage._tag !== 'Held') return null
  if (isSettled(state.stage.key)) return [wanted]
  return [...(before ?? []).filter((each) => !sameRoom(each, wanted)), wanted]
}

/** What a key had spent before this month: a limit for its whole life leaves so much less of itself to the month. */
const spentEarlier = ({ byokUsage, includeByok, usage }: ApiKey, now: number): bigint =>
  [usage, ...(includeByok ? [byokUsage] : [])].map((tally) => readTally(tally, now)).reduce((sum, { monthly, total }) => sum + total - monthly, 0n)

const limitThisMonth = (key: ApiKey, now: number): Picodollars | null => {
  if (key.limit === null || key.reset !== null) return key.limit
  const earlier = spentEarlier(key, now)
  return (key.limit > earlier ? key.limit - earlier : 0n) as Picodollars
}

/** What OpenRouter itself lets the key spend, in the month and the day of `now`; `null`: nothing at all. */
export const remoteRoom = ({ keys, assignments, guardrails }: Account, hash: string, now: number): Room | null => {
  const key = keys.get(hash)
  if (key === undefined || key.disabled) return null
  const guardrail = guardrails.get(assignments.get(hash)?.guardrailId ?? '')
  const caps = [
    { limit: limitThisMonth(key, now), reset: key.reset },
    { limit: guardrail?.limit ?? null, reset: guardrail?.reset ?? null },
  ]
  const least = (window: 'daily' | 'monthly'): Picodollars | null =>
    caps.reduce<Picodollars | null>((smallest, { limit, reset }) => {
      const counts = limit !== null && (window === 'monthly' ? reset === 'monthly' || reset === null : reset === 'daily')
      return counts && (smallest === null || limit < smallest) ? limit : smallest
    }, null)
  return { monthly: least('monthly'), daily: least('daily') }
}

const left = (limit: Picodollars | null, spent: bigint): bigint | null => (limit === null ? null : limit > spent ? limit - spent : 0n)

const least = (a: bigint | null, b: bigint | null): bigint | null => (a === null ? b : b === null || a < b ? a : b)

const roomAt = ({ monthly, daily }: Room, month: bigint, day: bigint): bigint | null => least(left(monthly, month), left(daily, day))

const isMore = (a: bigint | null, b: bigint | null): boolean => b !== null && (a === null || a > b)

/** Half a dollar; the limits of the plans are whole dollars and halves. */
const grain = 500_000_000_000n

/** Whether there is a spending, this month and today, at which the key could still spend more than under every one of the allowed limits. */
export const isLooser = (remote: Room, allowed: ReadonlyArray<Room>): boolean => {
  const bounds = [remote, ...allowed].flatMap(({ monthly, daily }) => [monthly ?? 0n, daily ?? 0n])
  const most = bounds.reduce<bigint>((a, b) => (a > b ? a : b), 0n) + grain
  for (let month = 0n; month <= most; month += grain)
    for (let day = 0n; day <= month; day += grain) {
      const now = roomAt(remote, month, day)
      if (allowed.every((each) => isMore(now, roomAt(each, month, day)))) return true
    }
  return false
}

const memo = new Map<string, boolean>()
const told = ({ monthly, daily }: Room): string => `${String(monthly)}/${String(daily)}`

/** The same, remembered: a simulation asks the same question thousands of times. */
export const isLooserOnce = (remote: Room, allowed: ReadonlyArray<Room>): boolean => {
  const question = `${told(remote)} ${allowed.map(told).sort().join(' ')}`
  const known = memo.get(question)
  if (known !== undefined) return known
  const answer = isLooser(remote, allowed)
  memo.set(question, answer)
  return answer
}
