import { isRight } from 'fp-ts/lib/Either.js'

import { makeMemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import type { KeyName } from '../../src/domain/shared/identifiers.js'
import { createAccount, mintManagementKey } from '../../src/adapters/simulated-openrouter/create-account.js'
import { editKey } from '../../src/adapters/simulated-openrouter/dashboard.js'
import { handle } from '../../src/adapters/simulated-openrouter/handle.js'
import { changeAccount, createWorld, settleDue, spendOnKey, type World } from '../../src/adapters/simulated-openrouter/world.js'
import type { Protocol } from '../../src/application/deps.js'
import type { VaultError } from '../../src/application/errors.js'
import { secret } from '../../src/application/secret.js'
import { keyDecider } from '../../src/domain/key/index.js'
import { judge } from '../../src/domain/key/proof.js'
import { sweep } from '../../src/domain/key/sweep.js'
import type { VaultId, WorkspaceId } from '../../src/domain/shared/identifiers.js'
import { type Picodollars, zero } from '../../src/domain/shared/picodollars.js'
import { checkNothingLeft, checkQuiet, checkStep, makeObserver, type Observer, watchedNonces } from './invariants.js'
import type { Action, Plan } from './plan.js'
import { makePrng } from './prng.js'
import { checkLeaked, checkNoRotationLeft, leakedKey, requestCost } from './rotation-invariants.js'
import { makeScheduler, type SimProcess } from './scheduler.js'
import { noteChanges, openProcess, sha256, type Universe } from './sim-vault.js'

export const realProtocol: Protocol = { decider: keyDecider, judge, sweep }

/** What came of a run. */
export interface RunResult {
  readonly plan: Plan
  readonly steps: number
  readonly problems: ReadonlyArray<string>
  readonly story: ReadonlyArray<string>
}

export interface Tampering {
  readonly protocol: Protocol
  readonly log: Universe['tamper']['log']
  readonly client: Universe['tamper']['client']
}

export const honest: Tampering = { protocol: realProtocol, log: (log) => log, client: (client) => client }

const ours = 'a'.repeat(32) as VaultId
const theirs = 'b'.repeat(32)
const epoch = 1_800_000_000_000

const plant = (world: World, managementKey: string, name: string): string => {
  const request = {
    method: 'POST' as const,
    path: '/keys',
    query: {},
    bearer: managementKey,
    body: JSON.stringify({ name, limit: 7 }),
  }
  const before = new Set(world.account.keys.keys())
  const handled = handle(world.sha256, world.account, request, epoch)
  world.account = handled.account
  return [...world.account.keys.keys()].find((hash) => !before.has(hash)) ?? ''
}

const universeOf = (plan: Plan, tampering: Tampering): { readonly universe: Universe; readonly untouchable: ReadonlySet<string> } => {
  const prng = makePrng(plan.seed ^ 0x5eed)
  const account = createAccount(sha256, {
    seed: String(plan.seed),
    at: epoch,
    workspaces: ['other'],
    settings: { refuseZeroLimit: plan.refuseZeroLimit, refuseGuardrails: plan.refuseGuardrails ?? false },
  })
  const minted = mintManagementKey(sha256, account)
  const world = createWorld(sha256, minted.account)
  const untouchable = new Set([
    plant(world, minted.secret, `neighbour [lv:${theirs}:${'1'.repeat(32)}]`),
    plant(world, minted.secret, `alpha [lv:${ours}:${'2'.repeat(32)}]`),
    plant(world, minted.secret, 'somebody by hand'),
  ])
  const universe: Universe = {
    plan,
    prng,
    scheduler: makeScheduler(prng),
    store: makeMemoryStore({ vaultId: ours, format: 1 }),
    world,
    managementKey: secret(minted.secret),
    vault: ours,
    pin: {
      baseUrl: 'https://sim.invalid/api/v1',
      creatorId: null,
      workspaces: world.account.workspaces.map((each) => each.id as WorkspaceId),
    },
    protocol: tampering.protocol,
    changes: { last: world.account, times: [] },
    dead: new Set(),
    tamper: { log: tampering.log, client: tampering.client },
    lateArrivals: [],
    counters: { requests: 0, creations: 0, deletions: 0, lapsedUntil: 0, commits: 0, skew: 0, faultless: false, beyondSettle: false, handsOut: true },
  }
  return { universe, untouchable }
}

const meddle = (universe: Universe, observer: Observer, action: Extract<Action, { readonly _tag: 'meddle' }>): void => {
  const { world, scheduler } = universe
  const now = epoch + scheduler.now()
  const candidates = [...world.account.keys.values()].filter((key) => !observer.untouchable.has(key.hash))
  const key = candidates[action.nth % Math.max(1, candidates.length)]
  if (key === undefined) return
  observer.meddled.add(key.hash)
  const edit = {
    disable: { _tag: 'SetDisabled', disabled: true },
    enable: { _tag: 'SetDisabled', disabled: false },
    raise: { _tag: 'SetLimit', limit: 999_000_000_000_000n as Picodollars, reset: 'daily' },
    delete: { _tag: 'Delete' },
    rename: { _tag: 'Rename', name: `${key.name} renamed` },
  } as const
  changeAccount(world, now, (account) => editKey(account, key.hash, edit[action.edit], now))
}

/** Somebody uses a key for as many requests as OpenRouter lets through. Only the vault knows a secret that it has handed to nobody yet. */
const spend = (universe: Universe, observer: Observer, { nth, requests }: Extract<Action, { readonly _tag: 'spend' }>): string => {
  const { scheduler, world } = universe
  const at = epoch + scheduler.now()
  const candidates = [...world.account.keys.values()].filter((key) => !observer.untouchable.has(key.hash))
  const key = candidates[nth % Math.max(1, candidates.length)]
  if (key === undefined) return 'no key'
  if (!observer.inHands.has(key.hash)) return `nobody has the secret of ${key.name}`
  let done = 0
  while (done < requests && spendOnKey(world, at, key.hash, { credits: requestCost, byok: zero })) done += 1
  if (done > 0) observer.charges.set(key.hash, [...(observer.charges.get(key.hash) ?? []), { at, amount: requestCost * BigInt(done) }])
  return `${String(done)} requests by ${key.name}`
}

const said = (error: VaultError): string => ('message' in error ? `${error._tag}: ${error.message}` : error._tag)

interface Telling {
  readonly observer: Observer
  readonly story: Array<string>
}

const perform = async (universe: Universe, telling: Telling, process: SimProcess, action: Action): Promise<string> => {
  const { observer } = telling
  if (action._tag === 'meddle') {
    meddle(universe, observer, action)
    return 'done'
  }
  if (action._tag === 'spend') return spend(universe, observer, action)
  if (action._tag === 'jump') {
    universe.counters.skew += action.milliseconds
    // A clock that jumps forward ends a claim whose request is still on its way, which breaks the assumption of the settle time.
    if (action.milliseconds > 0) universe.counters.beyondSettle = true
    return 'done'
  }
  const vault = openProcess(universe, process)
  switch (action._tag) {
    case 'add': {
      const { name, limit, daily, ifMissing } = action
      const before = watchedNonces(observer, name)
      const answer = await vault.add(name, { ...(limit === null ? {} : { monthlyLimit: limit }), ...(daily === undefined ? {} : { dailyLimit: daily }), ifMissing })()
      if (isRight(answer)) return answer.right.outcome
      const asBefore = answer.left._tag === 'RemoteUnavailable' || answer.left._tag === 'RemoteRefused'
      if (asBefore) checkNothingLeft(observer, name, before)
      return said(answer.left)
    }
    case 'remove': {
      const answer = await vault.remove(action.name, action)()
      return isRight(answer) ? `${answer.right.outcome} ${answer.right.remote ?? ''} ${answer.right.proof ?? ''}` : said(answer.left)
    }
    case 'limits': {
      const { name, monthly, daily } = action
      const patch = { ...(monthly === undefined ? {} : { monthlyLimit: monthly }), ...(daily === undefined ? {} : { dailyLimit: daily }) }
      const answer = await vault.updateSpendLimits(name, patch)()
      return isRight(answer) ? answer.right.outcome : said(answer.left)
    }
    case 'rotate': {
      const { grace, leaked, name } = action
      const meant = leaked ? leakedKey(observer, name) : null
      const answer = await vault.rotate(name, { grace, leaked })()
      if (!isRight(answer)) return said(answer.left)
      const { outcome, pending } = answer.right
      const isSwitched = outcome === 'rotated' || observer.folded.get(name as KeyName)?.state.rotation?._tag === 'Retiring'
      if (isSwitched && !pending.includes('predecessor-revocation') && !pending.includes('rotation')) checkLeaked(observer, name, meant)
      return `${outcome}, ${pending.join(' ')}`
    }
    case 'suspend':
    case 'resume': {
      const answer = await vault[action._tag](action.name)()
      return isRight(answer) ? answer.right.outcome : said(answer.left)
    }
    case 'get': {
      const answer = await vault.get(action.name)()
      return isRight(answer) ? 'handed out' : said(answer.left)
    }
    case 'reconcile': {
      const answer = await vault.reconcile()()
      return isRight(answer) ? JSON.stringify(answer.right) : said(answer.left)
    }
  }
}

const start = (universe: Universe, telling: Telling, process: SimProcess, action: Action, at: number): void => {
  const { scheduler } = universe
  const line = (text: string): void => {
    telling.story.push(`${String(scheduler.now()).padStart(8)} ms  p${String(process.id)} ${JSON.stringify(action)} ${text}`)
  }
  const whole = async (): Promise<void> => {
    await scheduler.park(process, at)
    line('begins')
    line(`-> ${await perform(universe, telling, process, action)}`)
    process.alive = false
  }
  whole().catch((error: unknown) => {
    telling.observer.problems.push(`a process threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  })
}

const hour = 3_600_000

/** Faults off, time passes, and reconciles settle everything. */
const quieten = async (universe: Universe, telling: Telling): Promise<number> => {
  const { counters, scheduler, world } = universe
  counters.faultless = true
  const rotates = universe.plan.actions.some(({ action }) => action._tag === 'rotate')
  const last = rotates ? 5 : 2
  let steps = 0
  for (let round = 0; round <= last; round += 1) {
    // Overlaps end within a day, and what stands in for a limit after them when the month turns.
    scheduler.advance(rotates ? 24 * 16 * hour : 3 * hour)
    settleDue(world, epoch + scheduler.now())
    const before = universe.store.all.length
    start(universe, telling, { id: 1000 + round, alive: true }, { _tag: 'reconcile' }, 0)
    steps += await scheduler.run(() => checkStep(telling.observer), 5_000)
    if (round === last && universe.store.all.length !== before)
      telling.observer.problems.push('a reconcile of a settled vault still records facts')
  }
  return steps
}

/** Runs a plan to its end and tells what broke, if anything did. */
export const runPlan = async (plan: Plan, tampering: Tampering = honest, mostSteps = 4_000): Promise<RunResult> => {
  const { universe, untouchable } = universeOf(plan, tampering)
  const observer = makeObserver(universe, untouchable)
  const telling: Telling = { observer, story: [] }
  plan.actions.forEach((timed, index) => {
    start(universe, telling, { id: index, alive: true }, timed.action, timed.at)
  })
  const busy = await universe.scheduler.run(() => {
    settleDue(universe.world, epoch + universe.scheduler.now())
    noteChanges(universe)
    checkStep(observer)
  }, mostSteps)
  const quiet = observer.problems.length > 0 ? 0 : await quieten(universe, telling)
  if (observer.problems.length === 0) {
    checkQuiet(observer)
    checkNoRotationLeft(observer)
  }
  const events = universe.store.all.map((record) => `      ${record.stream} ${String(record.version)} ${record.type} ${record.data}`)
  const requests = universe.world.journal.map(
    (entry) => `      ${String(entry.at - epoch).padStart(8)} ms ${entry.method} ${entry.path} ${entry.body ?? ''} ${entry.fault ?? ''} -> ${String(entry.status ?? entry.outcome)}`,
  )
  return { plan, steps: busy + quiet, problems: observer.problems, story: [...telling.story, ...events, ...requests] }
}

