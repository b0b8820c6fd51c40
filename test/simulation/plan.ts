import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import { makePrng, type Prng } from './prng.js'

/** What a user, or somebody with the dashboard, does. Each action is a process of its own, begun `at` that virtual time. */
export type Action =
  | { readonly _tag: 'add'; readonly name: string; readonly limit: string | null; readonly daily?: string; readonly ifMissing: boolean }
  | { readonly _tag: 'limits'; readonly name: string; readonly monthly: string | null | undefined; readonly daily: string | null | undefined }
  | {
      readonly _tag: 'remove'
      readonly name: string
      readonly leaked: boolean
      readonly force: boolean
      readonly localOnly: boolean
    }
  | { readonly _tag: 'suspend'; readonly name: string }
  | { readonly _tag: 'resume'; readonly name: string }
  | { readonly _tag: 'rotate'; readonly name: string; readonly grace: string; readonly leaked: boolean }
  /** Whoever has the secret of the nth live key uses it. */
  | { readonly _tag: 'spend'; readonly nth: number; readonly requests: number }
  | { readonly _tag: 'reconcile' }
  | { readonly _tag: 'get'; readonly name: string }
  | { readonly _tag: 'meddle'; readonly nth: number; readonly edit: 'disable' | 'enable' | 'raise' | 'delete' | 'rename' }
  | { readonly _tag: 'jump'; readonly milliseconds: number }

export interface Timed {
  readonly at: number
  readonly action: Action
}

export interface Crash {
  /** The number of the commit, from 0. */
  readonly commit: number
  readonly when: 'before' | 'after'
}

export interface StoppedProcess {
  /** The number of the request, from 0, before which the process is stopped. */
  readonly request: number
  readonly milliseconds: number
}

/** A whole run as data: with its seed it replays exactly, and what is taken out of it makes a smaller run. */
export interface Plan {
  readonly seed: number
  readonly refuseZeroLimit: boolean
  readonly refuseGuardrails?: boolean
  /** Whether processes can tell that the owner of a claim is dead. */
  readonly seesTheDead: boolean
  readonly actions: ReadonlyArray<Timed>
  readonly faults: ReadonlyArray<{ readonly request: number; readonly fault: Fault }>
  /** Faults of the n-th POST, from 0: births are where the protocol can lose most. */
  readonly births: ReadonlyArray<{ readonly creation: number; readonly fault: Fault }>
  /** One fault for many requests in a row, as an outage is. */
  readonly spells: ReadonlyArray<{ readonly from: number; readonly length: number; readonly fault: Fault }>
  /** From the n-th DELETE on, from 0, OpenRouter knows no key for a while: what a proof of absence must not fall for. */
  readonly lapses: ReadonlyArray<{ readonly deletion: number; readonly length: number }>
  readonly crashes: ReadonlyArray<Crash>
  readonly stops: ReadonlyArray<StoppedProcess>
}

const names = ['alpha', 'beta', 'gamma'] as const
const limits = [null, '5', '12.5', '5', '0'] as const

const anyFault = (prng: Prng): Fault => {
  switch (prng.below(15)) {
    case 0:
      return { _tag: 'lost-before' }
    case 1:
      return { _tag: 'refused-connection' }
    case 2:
    case 3:
      return { _tag: 'lost-after' }
    case 4:
      return { _tag: 'applied-then-5xx', status: prng.pick([500, 502, 503, 524]) }
    case 5:
      return { _tag: '5xx-before', status: prng.pick([500, 502, 503, 504]) }
    case 6:
      return { _tag: 'late', delay: prng.chance(0.1) ? 200_000 : prng.below(44_000) }
    case 7:
      return { _tag: 'rate-limited', retryAfter: prng.pick([null, 1, 3, 20]) }
    case 8:
      return { _tag: 'garbage' }
    case 9:
      return { _tag: 'html', status: prng.pick([401, 403, 404, 502]) }
    case 10:
      return { _tag: 'truncated' }
    case 11:
      return { _tag: 'slow', delay: prng.pick([200, 5_000, 31_000]) }
    case 12:
      return { _tag: 'stale-read', back: 1 + prng.below(4) }
    case 13:
      return { _tag: 'amnesia' }
    default:
      return { _tag: 'refuse', status: prng.pick([400, 401, 402, 403, 404]) }
  }
}

const birthFault = (prng: Prng): Fault =>
  prng.pick<Fault>([
    { _tag: 'lost-after' },
    { _tag: 'lost-before' },
    { _tag: 'applied-then-5xx', status: 502 },
    { _tag: 'truncated' },
    { _tag: 'late', delay: prng.below(44_000) },
    { _tag: 'late', delay: 30_000 + prng.below(14_000) },
    { _tag: 'late', delay: 60_000 + prng.below(400_000) },
  ])

const spellFault = (prng: Prng): Fault =>
  prng.pick<Fault>([
    { _tag: 'amnesia' },
    { _tag: 'amnesia' },
    { _tag: '5xx-before', status: 503 },
    { _tag: 'refused-connection' },
    { _tag: 'rate-limited', retryAfter: 2 },
    { _tag: 'refuse', status: 403 },
    { _tag: 'lost-after' },
    { _tag: 'stale-read', back: 3 },
  ])

const anyAction = (prng: Prng): Action => {
  const name = prng.pick(names)
  switch (prng.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return { _tag: 'add', name, limit: prng.pick(limits), ifMissing: prng.chance(0.2) }
    case 5:
    case 6:
    case 7:
    case 8:
      return {
        _tag: 'remove',
        name,
        leaked: prng.chance(0.2),
        force: prng.chance(0.15),
        localOnly: prng.chance(0.07),
      }
    case 9:
    case 10:
      return { _tag: 'suspend', name }
    case 11:
    case 12:
      return { _tag: 'resume', name }
    case 13:
    case 14:
    case 15:
      return { _tag: 'reconcile' }
    case 16:
      return { _tag: 'get', name }
    case 17:
    case 18:
      return {
        _tag: 'meddle',
        nth: prng.below(4),
        edit: prng.pick(['disable', 'enable', 'raise', 'delete', 'rename']),
      }
    default:
      return { _tag: 'jump', milliseconds: prng.pick([-3_600_000, -20_000, 20_000, 3_600_000]) }
  }
}

const some = <A>(prng: Prng, upTo: number, probability: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: upTo }, (_, index) => index).flatMap((index) => (prng.chance(probability) ? [make(index)] : []))

/** The run of a seed: how rough it is differs from seed to seed, from smooth to every third request failing. */
export const planOf = (seed: number): Plan => {
  const prng = makePrng(seed)
  const roughness = prng.pick([0, 0.02, 0.08, 0.2, 0.35])
  const crashiness = prng.pick([0, 0, 0.03, 0.1])
  const pace = prng.pick([10, 2_000, 15_000, 40_000])
  const count = 14 + prng.below(16)
  const opening = names.map((name): Timed => ({
    at: prng.below(pace),
    action: { _tag: 'add', name, limit: prng.pick(limits), ifMissing: false },
  }))
  const rest = Array.from({ length: count }, (): Timed => ({ at: prng.below(count * pace), action: anyAction(prng) }))
  const actions = [...opening.slice(prng.below(3)), ...rest]
  const plan: Omit<Plan, 'lapses'> = {
    seed,
    refuseZeroLimit: prng.chance(0.15),
    seesTheDead: prng.chance(0.5),
    actions: [...actions].sort((a, b) => a.at - b.at),
    faults: some(prng, 400, roughness, (request) => ({ request, fault: anyFault(prng) })),
    births: some(prng, 40, prng.pick([0, 0, 0.4]), (creation) => ({ creation, fault: birthFault(prng) })),
    spells: some(prng, 3, prng.pick([0, 0, 0.7]), () => ({
      from: prng.below(200),
      length: 3 + prng.below(40),
      fault: spellFault(prng),
    })),
    crashes: some(prng, 120, crashiness, (commit) => ({ commit, when: prng.pick(['before', 'after']) })),
    stops: some(prng, 400, crashiness / 4, (request) => ({
      request,
      milliseconds: prng.pick([3_000, 36_000, 60_000, 120_000]),
    })),
  }
  return { ...plan, lapses: some(prng, 4, prng.pick([0, 0, 0, 0.4]), (deletion) => ({ deletion, length: 2 + prng.below(30) })) }
}
