import { type Action, type Plan, planOf, type Timed } from './plan.js'
import { makePrng, type Prng } from './prng.js'

const names = ['alpha', 'beta', 'gamma'] as const
type Pair = readonly [string, string]
/** Pairs of a monthly and a daily limit, dollars. */
const pairs: readonly [Pair, ...Pair[]] = [
  ['5', '1'],
  ['12.5', '1'],
  ['9', '2'],
  ['3', '0.5'],
  ['5', '5'],
  ['2', '1.5'],
  ['5', '0'],
]

const change = (prng: Prng): Action => {
  const name = prng.pick(names)
  const [monthly, daily] = prng.pick(pairs)
  switch (prng.below(8)) {
    case 0:
      return { _tag: 'limits', name, monthly: undefined, daily: null }
    case 1:
      return { _tag: 'limits', name, monthly: null, daily }
    case 2:
      return { _tag: 'limits', name, monthly, daily: undefined }
    default:
      return { _tag: 'limits', name, monthly, daily }
  }
}

const limited = (prng: Prng, timed: Timed): Timed => {
  if (timed.action._tag !== 'add' || prng.chance(0.2)) return timed
  const [limit, daily] = prng.pick(pairs)
  return { ...timed, action: { ...timed.action, limit, daily } }
}

/**
 * The run of a seed with daily limits beside monthly ones and with changes of both, otherwise as rough as the run of that seed. Kept
 * apart, so that a seed which once broke something replays as it did.
 */
export const limitsPlanOf = (seed: number): Plan => {
  const prng = makePrng(seed ^ 0x11a175)
  const plan = planOf(seed)
  const last = Math.max(...plan.actions.map(({ at }) => at), 1)
  const changes = Array.from({ length: 4 + prng.below(8) }, (): Timed => ({ at: prng.below(last), action: change(prng) }))
  const actions = [...plan.actions.map((timed) => limited(prng, timed)), ...changes].sort((a, b) => a.at - b.at)
  return { ...plan, refuseGuardrails: prng.chance(0.15), actions }
}
