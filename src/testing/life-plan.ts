import type { Fault } from '../adapters/simulated-openrouter/fault.js'

/** What somebody asks of the vault; each is a process of its own. */
export interface LifeAction {
  readonly command: 'add' | 'remove' | 'rotate' | 'suspend' | 'resume' | 'reconcile'
  /** The name of the key; `reconcile` looks at all. */
  readonly name: string
  /** Milliseconds that pass before it. */
  readonly wait: number
  /** The request of it, from 0, that something befalls. */
  readonly fault: { readonly request: number; readonly what: Fault } | null
  /** The commit of it, from 0, at which its process dies: before it, or after it and before anybody hears. */
  readonly crash: { readonly commit: number; readonly when: 'before' | 'after' } | null
}

/** A life of a few keys as data. It replays exactly, and what is taken out of it makes a smaller one. */
export interface LifePlan {
  readonly seed: number
  readonly actions: ReadonlyArray<LifeAction>
}

/** Numbers from a seed, the same on every machine: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c. */
export const numbersFrom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const faults: ReadonlyArray<Fault> = [
  { _tag: 'lost-before' },
  { _tag: 'lost-after' },
  { _tag: 'lost-after' },
  { _tag: 'refused-connection' },
  { _tag: 'applied-then-5xx', status: 502 },
  { _tag: '5xx-before', status: 503 },
  { _tag: 'garbage' },
  { _tag: 'truncated' },
  { _tag: 'html', status: 502 },
  { _tag: 'rate-limited', retryAfter: 1 },
  { _tag: 'refuse', status: 403 },
]

const commands: ReadonlyArray<LifeAction['command']> = ['add', 'add', 'remove', 'remove', 'rotate', 'suspend', 'resume', 'reconcile']

/** The life that a seed stands for: a dozen commands about three keys, some without any trouble, some with much. */
export const lifePlanOf = (seed: number): LifePlan => {
  const next = numbersFrom(seed)
  const below = (bound: number): number => Math.floor(next() * bound)
  const roughness = below(3) * 0.25
  const actions = Array.from({ length: 8 + below(8) }, (_, index): LifeAction => {
    const what = faults[below(faults.length)]
    return {
      command: index < 2 ? 'add' : (commands[below(commands.length)] ?? 'add'),
      name: ['alpha', 'beta', 'gamma'][index < 2 ? index : below(3)] ?? 'alpha',
      wait: below(3) * 20_000,
      fault: next() < roughness && what !== undefined ? { request: below(8), what } : null,
      crash: next() < roughness / 2 ? { commit: below(8), when: below(2) === 0 ? 'before' : 'after' } : null,
    }
  })
  return { seed, actions }
}
