import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { alertEventCodec, keyEventCodec, spendEventCodec, vaultEventCodec } from '../support/remembering-codecs.js'
import { openMemoryLog } from '../../src/adapters/memory-log/memory-log.js'
import { copyMemoryStore, makeMemoryStore, type MemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import { forAllRequests, makeOpenRouterClient, withRetries } from '../../src/adapters/openrouter/index.js'
import type { Settings } from '../../src/adapters/simulated-openrouter/account.js'
import { createAccount, mintManagementKey } from '../../src/adapters/simulated-openrouter/create-account.js'
import { simulatedTransport } from '../../src/adapters/simulated-openrouter/simulated-transport.js'
import { createWorld, settleDue, type World } from '../../src/adapters/simulated-openrouter/world.js'
import type { AlertParts } from '../../src/application/alerts/alert-deps.js'
import { alertsBeside } from '../../src/application/alerts/beside-readings.js'
import type { Deps, LocalDeps } from '../../src/application/deps.js'
import type { VaultError } from '../../src/application/errors.js'
import { makeVault, type Remote } from '../../src/application/make-vault.js'
import type { EventLog } from '../../src/application/ports/event-log.js'
import type { HttpTransport } from '../../src/application/ports/http.js'
import type { OpenRouterClient } from '../../src/application/ports/open-router-client.js'
import type { Sealer } from '../../src/application/ports/sealer.js'
import { type Secret, secret } from '../../src/application/secret.js'
import { defaultTiming, type Timing } from '../../src/application/settings.js'
import { initVault, verifyForInit } from '../../src/application/use-cases/init-vault.js'
import type { Vault } from '../../src/application/vault.js'
import { loadVault, openManagementKey } from '../../src/application/vault-store.js'
import { watchOnce } from '../../src/application/watch/watch.js'
import { failedReport, type WatchReport } from '../../src/application/watch/watch-report.js'
import { type AlertPolicy, defaultPolicy } from '../../src/domain/alerts/policy.js'
import type { AttemptId, Nonce, OwnerId, VaultId } from '../../src/domain/shared/identifiers.js'
import type { Instant, Millis } from '../../src/domain/shared/instant.js'
import type { AccountPin } from '../../src/domain/vault/event.js'
import { checkStep, makeObserver, type Observer } from '../simulation/invariants.js'
import { planOf } from '../simulation/plan.js'
import { makePrng, type Prng } from '../simulation/prng.js'
import { realProtocol } from '../simulation/run-plan.js'
import { makeScheduler, never, type Scheduler, type SimProcess } from '../simulation/scheduler.js'
import { sha256, simSealer, type Universe } from '../simulation/sim-vault.js'
import { linesOf } from './request-lines.js'
import type { Commits, FaultScript } from './trouble.js'

/** 2027-01-15T08:00:00Z, when every bench begins. */
export const epoch = 1_800_000_000_000
const baseUrl = 'https://sim.invalid/api/v1'

/** What goes wrong from now on. Requests and commits are counted from 0 again. */
export interface Trouble {
  readonly faults?: FaultScript
  readonly commits?: Commits
  readonly kill?: { readonly request: number; readonly when: 'before' | 'after' }
  /** The log can neither be read nor written from the read with this number on, as when the vault key is another by now. */
  readonly closedFrom?: number
  /** The user asks to stop when this many commits are done. */
  readonly stopAfter?: number
}

export interface BenchOptions {
  readonly seed?: number
  readonly timing?: Partial<Record<keyof Timing, number>>
  readonly settings?: Partial<Settings>
  /** Slugs beside `default`. */
  readonly workspaces?: ReadonlyArray<string>
  readonly sealer?: Sealer
  /** Whether the invariants of the simulation are checked after every step; default yes. */
  readonly check?: boolean
  readonly initialise?: boolean
  /** Begins as that bench stands now, on its own from then on. Give it another seed, or its nonces will repeat. */
  readonly copyOf?: Bench
  /** Whether a process can tell that the owner of a claim is dead, as on one machine; default no, as on two. */
  readonly seesTheDead?: boolean
  /** How its watchers alert and rotate. */
  readonly policy?: AlertPolicy
  /** Other rules than the real ones, or the real ones in a quicker way. */
  readonly parts?: Pick<LocalDeps, 'protocol' | 'keyEvents'>
  /** Changes what comes back from OpenRouter, or what leaves. */
  readonly around?: (transport: HttpTransport) => HttpTransport
}

export type Command<A> = (vault: Vault, parts: { readonly local: LocalDeps; readonly remote: Remote }) => TE.TaskEither<VaultError, A>
/** `null`: the process was killed before it answered. */
export type Answer<A> = E.Either<VaultError, A> | null

/** One vault, one OpenRouter account, one virtual clock; every command runs as a process of its own. */
export interface Bench {
  readonly world: World
  readonly store: MemoryStore
  readonly scheduler: Scheduler
  readonly observer: Observer
  readonly prng: Prng
  readonly vaultId: VaultId
  /** As `OpenRouter` shows it once, to its owner. */
  readonly managementKey: string
  readonly now: () => number
  readonly trouble: (trouble: Trouble) => void
  readonly run: <A>(command: Command<A>) => Promise<Answer<A>>
  /** One pass of a watcher, a process of its own. */
  readonly watch: () => Promise<WatchReport>
  readonly together: <A>(commands: ReadonlyArray<Command<A>>) => Promise<ReadonlyArray<Answer<A>>>
  /** Opens a vault on another store, as another machine or a restored folder would. */
  readonly runOn: <A>(store: MemoryStore, command: Command<A>) => Promise<Answer<A>>
  /** Another vault of the same account, with its own store and mark. */
  readonly secondVault: (id: VaultId) => Promise<MemoryStore>
  readonly togetherOn: <A>(works: ReadonlyArray<{ readonly store: MemoryStore; readonly command: Command<A> }>) => Promise<ReadonlyArray<Answer<A>>>
  /** How many requests were sent and commits tried since the last `trouble`. */
  readonly counted: () => { readonly requests: number; readonly commits: number }
  /** The requests since the last call, as `PATCH /keys/<name>`. */
  readonly takeRequests: () => ReadonlyArray<string>
  readonly advance: (milliseconds: number) => void
  /** The vault's clock is wrong by so many milliseconds from now on; OpenRouter's is right. */
  readonly setSkew: (milliseconds: number) => void
  /** What `init` would answer to a management key. */
  readonly verifyForInit: (managementKey: Secret) => Promise<Answer<{ readonly workspaces: number }>>
}

const vaultId = 'a'.repeat(32) as VaultId

interface Running {
  trouble: Trouble
  requests: number
  reads: number
  commits: number
  skew: number
}

const accountOf = ({ copyOf, seed = 1, settings, workspaces = ['team'] }: BenchOptions): { readonly world: World; readonly secret: string } => {
  if (copyOf !== undefined) return { world: { ...copyOf.world, journal: [...copyOf.world.journal] }, secret: copyOf.managementKey }
  const account = createAccount(sha256, { seed: String(seed), at: epoch, workspaces, settings: settings ?? {} })
  const minted = mintManagementKey(sha256, account)
  return { world: createWorld(sha256, minted.account), secret: minted.secret }
}

const universeOf = (options: BenchOptions, world: World, managementKey: string): Universe => {
  const { copyOf, seed = 1 } = options
  const prng = makePrng(seed)
  const scheduler = makeScheduler(prng)
  scheduler.advance(copyOf?.scheduler.now() ?? 0)
  return {
    plan: planOf(seed),
    prng,
    scheduler,
    store: copyOf === undefined ? makeMemoryStore({ vaultId, format: 1 }) : copyMemoryStore(copyOf.store),
    world,
    managementKey: secret(managementKey),
    vault: vaultId,
    pin: { baseUrl, creatorId: null, workspaces: [] },
    protocol: realProtocol,
    changes: { last: null, times: [] },
    dead: new Set(),
    tamper: { log: (log) => log, client: (client) => client },
    lateArrivals: [],
    counters: { requests: 0, creations: 0, deletions: 0, lapsedUntil: 0, commits: 0, skew: 0, faultless: false, beyondSettle: false, handsOut: false },
  }
}

const die = ({ dead }: Universe, process: SimProcess): void => {
  process.alive = false
  dead.add(ownerOf(process))
}

const isAlive = ({ alive }: SimProcess): boolean => alive

const ownerOf = ({ id }: SimProcess): OwnerId => `bench/${String(id)}` as OwnerId

const isClosed = ({ trouble: { closedFrom = Infinity }, reads }: Running): boolean => reads > closedFrom

const closed = E.left({ _tag: 'LogUnavailable', reason: 'newer-key', wroteNothing: true, message: 'its keys were changed' } as const)

const troubledLog = (universe: Universe, running: Running, process: SimProcess, log: EventLog): EventLog => ({
  ...log,
  read: (stream, from) => async () => {
    running.reads += 1
    return isClosed(running) ? closed : log.read(stream, from)()
  },
  commit: (commit) => async () => {
    await universe.scheduler.park(process, 0)
    if (isClosed(running)) return closed
    const number = running.commits++
    const what = running.trouble.commits?.(number) ?? null
    if (what === 'crash-before') die(universe, process)
    if (!isAlive(process)) return never()
    if (what === 'fails')
      return E.left({ _tag: 'LogUnavailable', reason: 'full', wroteNothing: true, message: 'the disk is full' })
    const answer = await log.commit(commit)()
    if (what === 'crash-after') die(universe, process)
    if (!isAlive(process)) return never()
    return what === 'fails-after-writing'
      ? E.left({ _tag: 'LogUnavailable', reason: 'io', wroteNothing: false, message: 'the disk did not answer' })
      : answer
  },
})

const troubledTransport = (universe: Universe, running: Running, process: SimProcess, timing: Timing): HttpTransport => {
  const { scheduler, world } = universe
  const transport = simulatedTransport({
    world,
    now: () => epoch + scheduler.now(),
    delay: (milliseconds) => scheduler.park(process, milliseconds),
    timeout: timing.request,
    nextFault: (request) => {
      const index = running.requests++
      return running.trouble.faults?.(world, request, index) ?? null
    },
  })
  return (request) => async () => {
    await scheduler.park(process, 1)
    const kill = running.trouble.kill
    const dies = kill?.request === running.requests ? kill.when : null
    if (dies === 'before') die(universe, process)
    if (!isAlive(process)) return never()
    const answer = await transport(request)()
    if (dies === 'after') die(universe, process)
    return isAlive(process) ? answer : never()
  }
}

/** Opens a vault as its composition root does: the management key from the log, one retry budget a command. */
const openProcess = (
  universe: Universe,
  running: Running,
  options: BenchOptions,
  process: SimProcess,
  store: MemoryStore,
): { readonly vault: Vault; readonly local: LocalDeps; readonly remote: Remote; readonly clientFor: (key: Secret) => OpenRouterClient } => {
  const { scheduler, prng } = universe
  const timing = { ...defaultTiming, ...options.timing } as Timing
  const clock = {
    now: () => (epoch + scheduler.now() + running.skew) as Instant,
    monotonic: () => scheduler.now() as Millis,
    sleep: (length: Millis) => () => scheduler.park(process, length),
  }
  const random = {
    nonce: () => prng.hex(32) as Nonce,
    attemptId: () => prng.hex(32) as AttemptId,
    vaultId: () => prng.hex(32) as VaultId,
    fraction: () => prng.next(),
  }
  const stopping = (): boolean => running.trouble.stopAfter !== undefined && running.commits >= running.trouble.stopAfter
  const { log, notes } = openMemoryLog(store)
  const local: LocalDeps = {
    log: troubledLog(universe, running, process, log),
    keyEvents: options.parts?.keyEvents ?? keyEventCodec,
    vaultEvents: vaultEventCodec,
    alertEvents: alertEventCodec,
    spendEvents: spendEventCodec,
    notes,
    sealer: options.sealer ?? simSealer,
    clock,
    random,
    process: { owner: `bench/${String(process.id)}` as OwnerId, isGone: () => false, stopping },
    timing,
    protocol: options.parts?.protocol ?? realProtocol,
  }
  const transport = (options.around ?? ((same) => same))(troubledTransport(universe, running, process, timing))
  const clientFor = (managementKey: Secret): OpenRouterClient =>
    makeOpenRouterClient({
      transport,
      managementKey,
      around: withRetries({ clock, random, deadline: forAllRequests(clock, timing.retryBudget), stopping }),
    })
  const remote: Remote = {
    deps: () =>
      pipe(
        loadVault(local),
        TE.bindTo('loaded'),
        TE.bind('key', ({ loaded }) => openManagementKey(local, loaded)),
        TE.map(({ loaded, key }) => ({ ...local, client: clientFor(key), vault: loaded.state.vault, pin: loaded.state.pin })),
      ),
    clientFor: (managementKey) => TE.right(clientFor(managementKey)),
  }
  const policed = options.policy === undefined ? {} : { policy: options.policy }
  const beside = alertsBeside({ ...alertParts, ...policed, ...local })
  return { vault: makeVault(local, remote, { beside, ...policed }), local, remote, clientFor }
}

const mostSteps = 50_000

export const openBench = async (options: BenchOptions = {}): Promise<Bench> => {
  const { world, secret: managementKey } = accountOf(options)
  const universe = universeOf(options, world, managementKey)
  const { scheduler, store, prng } = universe
  const running: Running = { trouble: {}, requests: 0, reads: 0, commits: 0, skew: 0 }
  const observer = makeObserver(universe, new Set())
  let processes = 0
  let taken = world.journal.length

  const start = (): SimProcess => ({ id: processes++, alive: true })
  const step = (): void => {
    settleDue(world, epoch + scheduler.now())
    if (options.check !== false) checkStep(observer)
  }
  const all = async <A>(works: ReadonlyArray<(process: SimProcess) => Promise<E.Either<VaultError, A>>>): Promise<ReadonlyArray<Answer<A>>> => {
    const answers = works.map((): Answer<A> => null)
    const begun = works.map((work, index) => {
      const process = start()
      const whole = async (): Promise<void> => {
        await scheduler.park(process, 0)
        answers[index] = await work(process)
      }
      whole().catch((error: unknown) => observer.problems.push(`a process threw ${String(error)}`))
      return process
    })
    await scheduler.run(step, mostSteps)
    begun.forEach((process, index) => {
      if (process.alive && answers[index] === null) observer.problems.push('a command never came to an end')
    })
    if (observer.problems.length > 0) throw new Error([...new Set(observer.problems)].join('; '))
    return answers
  }
  const onStore = <A>(there: MemoryStore, command: Command<A>) => (process: SimProcess) => {
    const { vault, local, remote } = openProcess(universe, running, options, process, there)
    return command(vault, { local, remote })()
  }

  const bench: Bench = {
    world,
    store,
    scheduler,
    observer,
    prng,
    vaultId,
    managementKey,
    now: () => epoch + scheduler.now(),
    trouble: (trouble) => Object.assign(running, { trouble, requests: 0, reads: 0, commits: 0 }),
    run: async (command) => (await all([onStore(store, command)]))[0] ?? null,
    watch: async () => {
      const [answer] = await all([(process) => watchIn(openProcess(universe, running, options, process, store), options.policy)])
      if (answer === null || answer === undefined) throw new Error('the watcher did not come to an end')
      return E.isLeft(answer) ? failedReport(new Date(bench.now()).toISOString(), answer.left) : answer.right
    },
    together: (commands) => all(commands.map((command) => onStore(store, command))),
    runOn: async (there, command) => (await all([onStore(there, command)]))[0] ?? null,
    secondVault: async (id) => {
      const there = makeMemoryStore({ vaultId: id, format: 1 })
      const [made] = await all([(process) => initialise(openProcess(universe, running, options, process, there), managementKey, id)])
      if (made === null || made === undefined || E.isLeft(made)) throw new Error('the second vault could not be initialised')
      return there
    },
    togetherOn: (works) => all(works.map(({ store: there, command }) => onStore(there, command))),
    counted: () => ({ requests: running.requests, commits: running.commits }),
    takeRequests: () => {
      const lines = linesOf(world, world.journal.slice(taken))
      taken = world.journal.length
      return lines
    },
    setSkew: (milliseconds) => {
      running.skew = milliseconds
    },
    advance: (milliseconds) => {
      scheduler.advance(milliseconds)
      settleDue(world, epoch + scheduler.now())
    },
    verifyForInit: async (managementKey) =>
      (await all([(process) => verifyForInit(openProcess(universe, running, options, process, store).clientFor(managementKey), baseUrl)()]))[0] ?? null,
  }
  if (options.initialise === false || options.copyOf !== undefined) return bench
  const pin = await all([(process) => initialise(openProcess(universe, running, options, process, store), managementKey)])
  if (pin[0] === null || pin[0] === undefined || E.isLeft(pin[0])) throw new Error('the bench could not be initialised')
  bench.trouble({})
  bench.takeRequests()
  return bench
}

export const alertParts: AlertParts = {
  digest: sha256,
  openChannel: () => TE.left({ _tag: 'DeliveryProblem', hopeless: true, message: 'there is none', retryAfter: null }),
  policy: defaultPolicy,
  policySource: { _tag: 'Program' },
  fulfil: null,
  ownRules: [],
  ownChannels: [],
}

/** A pass as the composition root makes it, always by the same watcher. */
const watchIn = (
  { local: of, remote }: Pick<ReturnType<typeof openProcess>, 'local' | 'remote'>,
  policy: AlertPolicy = defaultPolicy,
): Promise<E.Either<VaultError, WatchReport>> => {
  const local: LocalDeps = { ...of, process: { ...of.process, owner: 'bench/watcher' as OwnerId } }
  return watchOnce(local, () => TE.map((deps: Deps) => ({ ...alertParts, policy, ...deps }))(remote.deps()), 60_000 as Millis)()
}

/** `init` as the composition root does it. */
const initialise = (
  { local, clientFor }: Pick<ReturnType<typeof openProcess>, 'local' | 'clientFor'>,
  managementKey: string,
  id: VaultId = vaultId,
): Promise<E.Either<VaultError, AccountPin>> =>
  pipe(
    verifyForInit(clientFor(secret(managementKey)), baseUrl),
    TE.tap(({ pin }) => initVault(local, id, pin, secret(managementKey))),
    TE.map(({ pin }) => pin),
  )()
