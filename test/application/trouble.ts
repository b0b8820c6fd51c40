import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import type { WireRequest } from '../../src/adapters/simulated-openrouter/wire.js'
import type { World } from '../../src/adapters/simulated-openrouter/world.js'
import type { Prng } from '../simulation/prng.js'

/** The fault of the request with this number, counted from 0. */
export type FaultScript = (world: World, request: WireRequest, index: number) => Fault | null

export type CommitTrouble = 'crash-before' | 'crash-after' | 'fails' | 'fails-after-writing'
export type Commits = (index: number) => CommitTrouble | null

/** What a request is, whichever key it is about: `PATCH /keys/:hash`, `GET /key (secret)` for a key's own secret. */
const shapeOf = (world: World, request: WireRequest): string => {
  const path = request.path.replace(/[0-9a-f]{64}$/, ':hash')
  const own = path === '/key' && !world.account.managementKeys.has(world.sha256(request.bearer ?? ''))
  return `${request.method} ${path}${own ? ' (secret)' : ''}`
}

export const lost: Fault = { _tag: 'lost-before' }
export const refused = (status: number): Fault => ({ _tag: 'refuse', status })
export const down: Fault = { _tag: '5xx-before', status: 503 }
export const unreachable: Fault = { _tag: 'refused-connection' }
export const slowDown = (retryAfter: number | null): Fault => ({ _tag: 'rate-limited', retryAfter })
export const edgePage = (status: number): Fault => ({ _tag: 'html', status })

/** The faults of the requests of one shape, in order; `null` lets one through, and so does the end of the list. */
export const on = (shape: string, ...faults: ReadonlyArray<Fault | null>): FaultScript => {
  let matched = 0
  return (world, request) => (shapeOf(world, request) === shape ? (faults[matched++] ?? null) : null)
}

export const always =
  (shape: string, fault: Fault): FaultScript =>
  (world, request) =>
    shapeOf(world, request) === shape ? fault : null

/** Every request from the `n`th on. */
export const from =
  (first: number, fault: Fault): FaultScript =>
  (_world, _request, index) =>
    index >= first ? fault : null

export const nth =
  (faults: ReadonlyMap<number, Fault>): FaultScript =>
  (_world, _request, index) =>
    faults.get(index) ?? null

/** The first of these scripts that has something to say. Each of them sees every request. */
export const either =
  (...scripts: ReadonlyArray<FaultScript>): FaultScript =>
  (world, request, index) =>
    scripts.map((script) => script(world, request, index)).find((fault) => fault !== null) ?? null

export const commitNumber =
  (number: number, what: CommitTrouble): Commits =>
  (index) =>
    index === number ? what : null

/** Every fault that the simulator knows, in each of its flavours. */
export const everyFault: ReadonlyArray<Fault> = [
  { _tag: 'lost-before' },
  { _tag: 'refused-connection' },
  { _tag: 'lost-after' },
  { _tag: 'applied-then-5xx', status: 500 },
  { _tag: 'applied-then-5xx', status: 524 },
  { _tag: '5xx-before', status: 503 },
  { _tag: 'late', delay: 5_000 },
  { _tag: 'late', delay: 40_000 },
  { _tag: 'late', delay: 200_000 },
  { _tag: 'rate-limited', retryAfter: null },
  { _tag: 'rate-limited', retryAfter: 2 },
  { _tag: 'rate-limited', retryAfter: 600 },
  { _tag: 'garbage' },
  { _tag: 'html', status: 200 },
  { _tag: 'html', status: 401 },
  { _tag: 'html', status: 403 },
  { _tag: 'html', status: 404 },
  { _tag: 'html', status: 502 },
  { _tag: 'truncated' },
  { _tag: 'slow', delay: 5_000 },
  { _tag: 'slow', delay: 31_000 },
  { _tag: 'stale-read', back: 1 },
  { _tag: 'stale-read', back: 3 },
  { _tag: 'amnesia' },
  { _tag: 'refuse', status: 400 },
  { _tag: 'refuse', status: 401 },
  { _tag: 'refuse', status: 402 },
  { _tag: 'refuse', status: 403 },
  { _tag: 'refuse', status: 404 },
  { _tag: 'refuse', status: 408 },
  { _tag: 'refuse', status: 409 },
]

/** Faults that pass by themselves: a client that tries long enough gets through. */
export const passingFaults = everyFault.filter(
  (fault) =>
    fault._tag !== 'refuse' &&
    fault._tag !== 'amnesia' &&
    fault._tag !== 'stale-read' &&
    !(fault._tag === 'late' && fault.delay > 15_000) &&
    !(fault._tag === 'rate-limited' && fault.retryAfter === 600),
)

/** Faults that a service can have at every request for hours. */
export const outages = everyFault.filter((fault) => fault._tag !== 'slow' && fault._tag !== 'late')

export const describeFault = (fault: Fault): string => {
  const { _tag, ...more } = fault
  return [_tag, ...Object.values(more).map(String)].join(' ')
}

export const pickFrom = <A>(prng: Prng, from: ReadonlyArray<A>): A => {
  const picked = from[prng.below(from.length)]
  if (picked === undefined) throw new Error('there is nothing to pick from')
  return picked
}
