import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import { type Action, type Plan, planOf, type Timed } from './plan.js'
import { makePrng, type Prng } from './prng.js'

const names = ['alpha', 'beta', 'gamma'] as const

const rotation = (prng: Prng): Action => ({
  _tag: 'rotate',
  name: prng.pick(names),
  grace: prng.pick(['0m', '0m', '30m', '24h', '24h']),
  leaked: prng.chance(0.35),
})

/** Limits that leave something to share out beyond what may be shown late. */
const limited = (prng: Prng, { action, at }: Timed, spends: boolean): Timed => {
  if (action._tag === 'add') return { at, action: { ...action, limit: prng.pick([null, '40', '75', '75', '120', '5']) } }
  if (action._tag !== 'jump') return { at, action }
  // Windows are taken from this machine's clock, which a rotation believes to be right.
  return { at, action: spends ? spending(prng) : rotation(prng) }
}

const spending = (prng: Prng): Action => ({ _tag: 'spend', nth: prng.below(4), requests: prng.pick([4, 40, 400]) })

/** An old reading of what was spent, with spending faster than any that is declared, is no promise's business; nor is a change that comes later than any is waited for. */
const expectable = (fault: Fault, spends: boolean): Fault => {
  if (fault._tag === 'late') return { _tag: 'late', delay: fault.delay % 44_000 }
  return spends && fault._tag === 'stale-read' ? { _tag: 'lost-after' } : fault
}

/**
 * The run of a seed in which keys are replaced too, and in most of them used as much as they may be: over minutes, days or weeks.
 * Kept apart, so that a seed which once broke something replays as it did.
 */
export const rotationPlanOf = (seed: number): Plan => {
  const prng = makePrng(seed ^ 0x2074a7e)
  const plan = planOf(seed)
  const spends = prng.chance(0.6)
  const stretch = prng.pick([1, 60, 2_000])
  const last = Math.max(...plan.actions.map(({ at }) => at), 1)
  const rotations = Array.from({ length: 3 + prng.below(6) }, (): Timed => ({ at: prng.below(last), action: rotation(prng) }))
  const spendings = Array.from({ length: spends ? 4 + prng.below(8) : 0 }, (): Timed => ({ at: prng.below(last), action: spending(prng) }))
  const actions = [...plan.actions.map((timed) => limited(prng, timed, spends)), ...rotations, ...spendings]
  const stretched = actions.map(({ action, at }) => ({ at: at * stretch, action }))
  const faults = <A extends { readonly fault: Fault }>(these: ReadonlyArray<A>): ReadonlyArray<A> =>
    these.map((each) => ({ ...each, fault: expectable(each.fault, spends) }))
  return {
    ...plan,
    faults: faults(plan.faults),
    spells: faults(plan.spells),
    actions: [...stretched].sort((a, b) => a.at - b.at),
  }
}
