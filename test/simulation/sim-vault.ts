import { createHash } from 'node:crypto'

import * as TE from 'fp-ts/lib/TaskEither.js'

import { alertEventCodec, keyEventCodec, spendEventCodec, vaultEventCodec } from '../support/remembering-codecs.js'
import { openMemoryLog } from '../../src/adapters/memory-log/memory-log.js'
import type { MemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import { forAllRequests, makeOpenRouterClient, withRetries } from '../../src/adapters/openrouter/index.js'
import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import { simulatedTransport } from '../../src/adapters/simulated-openrouter/simulated-transport.js'
import type { World } from '../../src/adapters/simulated-openrouter/world.js'
import type { Deps, Protocol } from '../../src/application/deps.js'
import { makeVault } from '../../src/application/make-vault.js'
import type { Clock, Random } from '../../src/application/ports/environment.js'
import type { EventLog } from '../../src/application/ports/event-log.js'
import type { HttpTransport } from '../../src/application/ports/http.js'
import type { OpenRouterClient } from '../../src/application/ports/open-router-client.js'
import type { Sealer } from '../../src/application/ports/sealer.js'
import { reveal, type Secret, secret } from '../../src/application/secret.js'
import { defaultTiming } from '../../src/application/settings.js'
import type { Vault } from '../../src/application/vault.js'
import type { AttemptId, Nonce, OwnerId, VaultId } from '../../src/domain/shared/identifiers.js'
import type { Instant, Millis } from '../../src/domain/shared/instant.js'
import type { AccountPin } from '../../src/domain/vault/event.js'
import type { Plan } from './plan.js'
import type { Prng } from './prng.js'
import { never, type Scheduler, type SimProcess } from './scheduler.js'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The whole universe of a run: one store, one OpenRouter, many processes. */
export interface Universe {
  readonly plan: Plan
  readonly prng: Prng
  readonly scheduler: Scheduler
  readonly store: MemoryStore
  readonly world: World
  readonly managementKey: Secret
  readonly vault: VaultId
  readonly pin: AccountPin
  readonly protocol: Protocol
  /** When the account changed, the latest first: how old a stale read is. */
  readonly changes: { last: unknown; times: ReadonlyArray<number> }
  /** Lost changes that come later: when, and when their request ended for whoever sent it. */
  readonly lateArrivals: Array<{ readonly at: number; readonly end: number }>
  /** Owners whose process died. */
  readonly dead: Set<string>
  /** Changes a port of every process; how a fault is planted that no rule can express. */
  readonly tamper: {
    readonly log: (log: EventLog) => EventLog
    readonly client: (client: OpenRouterClient) => OpenRouterClient
  }
  readonly counters: { requests: number; creations: number; deletions: number; lapsedUntil: number; commits: number; skew: number; faultless: boolean; beyondSettle: boolean; /** Whether what is handed out is held against the account, which a test may exchange. */ handsOut: boolean }
}

const epoch = 1_800_000_000_000

/** A seal that only shows where it belongs: the simulation is about order, and real seals have tests of their own. */
export const simSealer: Sealer = {
  seal: (ref, value) =>
    TE.right({ ref, keyId: 'sim', bytes: new TextEncoder().encode(`${JSON.stringify(ref)}\n${reveal(value)}`) }),
  open: (sealed) => {
    const [place, text] = new TextDecoder().decode(sealed.bytes).split('\n')
    return place === JSON.stringify(sealed.ref) && text !== undefined
      ? TE.right(secret(text))
      : TE.left({ _tag: 'SealBroken', reason: 'does-not-open', message: 'it was sealed for another place' })
  },
}

const clockOf = (universe: Universe, process: SimProcess): Clock => {
  const { scheduler, counters } = universe
  return {
    now: () => (epoch + scheduler.now() + counters.skew) as Instant,
    monotonic: () => scheduler.now() as Millis,
    sleep: (length) => () => scheduler.park(process, length),
  }
}

const randomOf = ({ prng }: Universe): Random => ({
  nonce: () => prng.hex(32) as Nonce,
  attemptId: () => prng.hex(32) as AttemptId,
  vaultId: () => prng.hex(32) as VaultId,
  fraction: () => prng.next(),
})

const die = (universe: Universe, process: SimProcess): void => {
  process.alive = false
  universe.dead.add(`sim/${String(process.id)}`)
}

/** A store at whose commits processes die: before it, or after it and before anybody hears. */
const crashingLog = (universe: Universe, process: SimProcess, log: EventLog): EventLog => {
  const { counters, plan, scheduler } = universe
  return {
    ...log,
    commit: (commit) => async () => {
      await scheduler.park(process, 0)
      const number = counters.commits++
      const crash = counters.faultless ? undefined : plan.crashes.find((each) => each.commit === number)
      if (crash?.when === 'before') {
        die(universe, process)
        return never()
      }
      const answer = await log.commit(commit)()
      if (crash !== undefined) {
        die(universe, process)
        return never()
      }
      return answer
    },
  }
}

/** A process that may be stopped between its last look at the clock and the sending, and for any length of time. */
const stoppingTransport = (universe: Universe, process: SimProcess, transport: HttpTransport): HttpTransport => {
  const { counters, plan, scheduler } = universe
  return (request) => async () => {
    const stop = counters.faultless ? undefined : plan.stops.find((each) => each.request === counters.requests)
    // A key that a sleeper asks for after its claim and the settle time is swept later; nobody can have waited for it.
    const isBirth = request.method === 'POST' && request.path === '/keys'
    if (isBirth && (stop?.milliseconds ?? 0) > defaultTiming.request + defaultTiming.claimMargin) counters.beyondSettle = true
    await scheduler.park(process, stop?.milliseconds ?? 1)
    return transport(request)()
  }
}

/** Notes when the account changed. Call it whenever it may have. */
export const noteChanges = ({ changes, scheduler, world }: Universe): void => {
  if (changes.last === world.account) return
  changes.last = world.account
  changes.times = [scheduler.now(), ...changes.times.slice(0, 63)]
}

/** A change shows at the latest a settle time after its request ended, even one that was lost and came late: that is what the settle time means. */
const bounded = (universe: Universe, fault: Fault | null): Fault | null => {
  if (fault?._tag !== 'stale-read') return fault
  noteChanges(universe)
  const horizon = universe.scheduler.now() - defaultTiming.settle + 1_000
  const ended = universe.lateArrivals.filter(({ at, end }) => end <= horizon && at <= universe.scheduler.now())
  const oldest = Math.max(horizon, ...ended.map(({ at }) => at))
  const back = Math.min(fault.back, universe.changes.times.filter((time) => time > oldest).length)
  return back === 0 ? null : { _tag: 'stale-read', back }
}

const lapse = ({ counters, plan }: Universe, request: number, deletion: number): Fault | null => {
  const begun = plan.lapses.find((each) => each.deletion === deletion)
  if (begun !== undefined) counters.lapsedUntil = request + begun.length
  return request < counters.lapsedUntil ? { _tag: 'amnesia' } : null
}

const faultAt = (plan: Plan, request: number, creation: number): Fault | null =>
  plan.births.find((each) => each.creation === creation)?.fault ??
  plan.faults.find((each) => each.request === request)?.fault ??
  plan.spells.find((each) => request >= each.from && request < each.from + each.length)?.fault ??
  null

const transportOf = (universe: Universe, process: SimProcess): HttpTransport => {
  const { counters, plan, scheduler, world } = universe
  const transport = simulatedTransport({
    world,
    now: () => epoch + scheduler.now(),
    delay: (milliseconds) => scheduler.park(process, milliseconds),
    timeout: defaultTiming.request,
    nextFault: (request) => {
      const number = counters.requests++
      const isBirth = request.method === 'POST' && request.path === '/keys'
      const creation = isBirth ? counters.creations++ : -1
      const deletion = request.method === 'DELETE' ? counters.deletions++ : -1
      if (counters.faultless) return null
      const fault = bounded(universe, lapse(universe, number, deletion) ?? faultAt(plan, number, creation))
      if (fault?._tag === 'late') universe.lateArrivals.push({ at: scheduler.now() + fault.delay, end: scheduler.now() + Math.min(fault.delay, defaultTiming.request) })
      // A listing of a wrong backend breaks the assumption that the settle time states.
      const oldListing = request.path === '/keys' && fault?._tag === 'amnesia'
      if (oldListing || (fault?._tag === 'late' && fault.delay > defaultTiming.request + defaultTiming.settle))
        counters.beyondSettle = true
      return fault
    },
  })
  return stoppingTransport(universe, process, transport)
}

/** A process of the vault's own: its ports see virtual time, the shared store and the shared OpenRouter. */
export const openProcess = (universe: Universe, process: SimProcess): Vault => {
  const { plan, vault, pin, protocol, managementKey, store, tamper } = universe
  const clock = clockOf(universe, process)
  const random = randomOf(universe)
  const repeating = { clock, random, deadline: forAllRequests(clock, defaultTiming.retryBudget) }
  const client = makeOpenRouterClient({
    transport: transportOf(universe, process),
    managementKey,
    around: withRetries(repeating),
  })
  const deps: Deps = {
    log: tamper.log(crashingLog(universe, process, openMemoryLog(store).log)),
    keyEvents: keyEventCodec,
    vaultEvents: vaultEventCodec,
    alertEvents: alertEventCodec,
    spendEvents: spendEventCodec,
    notes: openMemoryLog(store).notes,
    sealer: simSealer,
    clock,
    random,
    process: {
      owner: `sim/${String(process.id)}` as OwnerId,
      isGone: (owner) => plan.seesTheDead && universe.dead.has(owner),
      stopping: () => false,
    },
    timing: defaultTiming,
    protocol,
    client: tamper.client(client),
    vault,
    pin,
  }
  return makeVault(deps, { deps: () => TE.right(deps), clientFor: () => TE.right(deps.client) })
}
