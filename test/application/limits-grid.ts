import { isRight } from 'fp-ts/lib/Either.js'

import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import type { ChangeReport } from '../../src/application/reports.js'
import type { LimitOptions } from '../../src/application/limit-options.js'
import { isSettled } from '../../src/domain/key/underway.js'
import { pendingWork } from '../../src/domain/key/view.js'
import { done, quieten, remoteKeys, stateOf } from './bench-views.js'
import { type Answer, type Bench, type Command, openBench, type Trouble } from './harness.js'

/** Dollars; `null`: no limit. */
interface Pair {
  readonly monthly: number | null
  readonly daily: number | null
}

/** Making a key with a limit by month and by day, or changing one. `before: null`: there is none yet. */
export interface LimitsChange {
  readonly name: string
  readonly before: Pair | null
  readonly after: Pair
}

export const limitsChanges: ReadonlyArray<LimitsChange> = [
  { name: 'add', before: null, after: { monthly: 5, daily: 1 } },
  { name: 'the day tighter, the month wider', before: { monthly: 5, daily: 1 }, after: { monthly: 9, daily: 0.5 } },
  { name: 'the month tighter, the day wider', before: { monthly: 5, daily: 1 }, after: { monthly: 2, daily: 1.5 } },
  { name: 'both tighter', before: { monthly: 5, daily: 1 }, after: { monthly: 3, daily: 0.5 } },
  { name: 'both wider', before: { monthly: 5, daily: 1 }, after: { monthly: 9, daily: 2 } },
  { name: 'a day to the month', before: { monthly: 5, daily: null }, after: { monthly: 9, daily: 1 } },
  { name: 'no day any more', before: { monthly: 5, daily: 1 }, after: { monthly: 2, daily: null } },
  { name: 'the day alone', before: { monthly: 5, daily: 1 }, after: { monthly: null, daily: 2 } },
]

const options = ({ monthly, daily }: Pair): LimitOptions => ({ monthlyLimit: monthly, dailyLimit: daily })

const addOptions = ({ monthly, daily }: Pair) => ({ ...(monthly === null ? {} : { monthlyLimit: monthly }), ...(daily === null ? {} : { dailyLimit: daily }) })

const commandOf = ({ before, after }: LimitsChange): Command<ChangeReport> =>
  before === null ? (vault) => vault.add('alpha', addOptions(after)) : (vault) => vault.updateSpendLimits('alpha', options(after))

/** A vault with a neighbour of the same limits, whose guardrail must be left alone, and the key as it is before. */
export const readyForLimits = async ({ before }: LimitsChange): Promise<Bench> => {
  const bench = await openBench()
  done(await bench.run((vault) => vault.add('beta', { monthlyLimit: 5, dailyLimit: 1 })))
  if (before !== null) done(await bench.run((vault) => vault.add('alpha', addOptions(before))))
  return bench
}

const picoOf = (dollars: number | null): bigint | null => (dollars === null ? null : BigInt(dollars * 1000) * 10n ** 9n)

const isHeldAs = (bench: Bench, { monthly, daily }: Pair): boolean => {
  const { stage } = stateOf(bench, 'alpha')
  if (stage._tag !== 'Held') return false
  const { limits } = stage.key.incarnation.spec
  return limits.monthly === picoOf(monthly) && limits.daily === picoOf(daily)
}

/** Everything at OpenRouter that lets `alpha` spend or keeps it from it. */
const remotePicture = (bench: Bench): string =>
  JSON.stringify(
    remoteKeys(bench, 'alpha').map(({ hash, disabled, limit, reset }) => {
      const { assignments, guardrails } = bench.world.account
      const guardrail = guardrails.get(assignments.get(hash)?.guardrailId ?? '')
      return [hash, disabled, String(limit), reset, String(guardrail?.limit ?? null), guardrail?.reset ?? null]
    }),
  )

const problemsOf = (bench: Bench, { before, after }: LimitsChange, picture: string, answer: Answer<ChangeReport>): ReadonlyArray<string> => {
  if (answer === null) return []
  const state = stateOf(bench, 'alpha')
  if (isRight(answer)) {
    if (answer.right.outcome === 'incomplete') return answer.right.pending.length > 0 ? [] : ['it said incomplete, and nothing is pending']
    const settled = state.stage._tag === 'Held' && isSettled(state.stage.key) && pendingWork(state).length === 0
    return settled && isHeldAs(bench, after) ? [] : [`it said ${answer.right.outcome}, and not all is new`]
  }
  const { _tag } = answer.left
  if (_tag === 'KeyVanished' || _tag === 'VaultUnavailable') return []
  const isOld = before === null ? state.stage._tag !== 'Held' : isHeldAs(bench, before)
  return isOld && remotePicture(bench) === picture ? [] : [`it said ${_tag}, and not all is old: ${picture} became ${remotePicture(bench)}`]
}

const endOf = (bench: Bench, { before, after }: LimitsChange): ReadonlyArray<string> => {
  const { stage } = stateOf(bench, 'alpha')
  if (stage._tag !== 'Held') return before === null ? [] : [`it ends as ${stage._tag}`]
  return isHeldAs(bench, after) || (before !== null && isHeldAs(bench, before)) ? [] : ['it ends with limits that nobody asked for']
}

/** Whether a fault lasts longer than anything is waited for, which the promise about the way excludes. */
const isBeyond = (fault: Fault | null): boolean => fault?._tag === 'late' && fault.delay > 45_000

/**
 * Makes the change under trouble. After every step the simulation's invariants hold, so that the key is never looser than under the old
 * limits and the new; the answer is true; and once all is calm it is all old or all new, and `beta` is under its guardrail.
 */
export const tryLimits = async (
  ready: Bench,
  change: LimitsChange,
  { seed, retryBudget, seesTheDead = false }: { readonly seed: number; readonly retryBudget: number; readonly seesTheDead?: boolean },
  trouble: Trouble,
  fault: Fault | null = null,
): Promise<ReadonlyArray<string>> => {
  const bench = await openBench({ copyOf: ready, seed, seesTheDead, timing: { retryBudget } })
  bench.observer.universe.counters.beyondSettle = isBeyond(fault)
  const picture = remotePicture(bench)
  try {
    bench.trouble(trouble)
    const answer = await bench.run(commandOf(change))
    const problems = problemsOf(bench, change, picture, answer)
    await quieten(bench)
    return [...problems, ...endOf(bench, change)]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/** How many requests and commits the change takes when all goes well. */
export const countsOf = async (ready: Bench, change: LimitsChange): Promise<{ readonly requests: number; readonly commits: number }> => {
  const bench = await openBench({ copyOf: ready, seed: 7 })
  bench.trouble({})
  done(await bench.run(commandOf(change)))
  return bench.counted()
}
