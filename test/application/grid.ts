import { isRight } from 'fp-ts/lib/Either.js'

import type { ApiKey } from '../../src/adapters/simulated-openrouter/account.js'
import type { ChangeReport } from '../../src/application/reports.js'
import { owedWork, pendingWork, publicState } from '../../src/domain/key/view.js'
import { done, isSealed, plant, quieten, remoteKeys, stateOf } from './bench-views.js'
import { type Answer, type Bench, type Command, openBench, type Trouble } from './harness.js'
import { commitNumber, type CommitTrouble } from './trouble.js'

/** One command with the vault that it is given, and what it says when it is done. */
export interface Operation {
  readonly name: 'add' | 'remove' | 'suspend' | 'resume' | 'update-limits' | 'rotate'
  readonly command: Command<ChangeReport>
  readonly outcome: ChangeReport['outcome']
  /** The state of `alpha` before and after it. */
  readonly before: string | null
  readonly after: string
}

export const operations: ReadonlyArray<Operation> = [
  { name: 'add', command: (vault) => vault.add('alpha', { monthlyLimit: '5' }), outcome: 'added', before: null, after: 'active' },
  { name: 'remove', command: (vault) => vault.remove('alpha'), outcome: 'removed', before: 'active', after: 'removed' },
  { name: 'suspend', command: (vault) => vault.suspend('alpha'), outcome: 'suspended', before: 'active', after: 'suspended' },
  { name: 'resume', command: (vault) => vault.resume('alpha'), outcome: 'resumed', before: 'suspended', after: 'active' },
  {
    name: 'update-limits',
    command: (vault) => vault.updateSpendLimits('alpha', { monthlyLimit: '3' }),
    outcome: 'updated',
    before: 'active',
    after: 'active',
  },
  { name: 'rotate', command: (vault) => vault.rotate('alpha'), outcome: 'rotated', before: 'active', after: 'active' },
]

/** Every trial of a rotation takes long: one in seven, unless LEAN_VAULT_FULL_GRID=1 asks for all. */
export const isChosen = ({ name }: Operation, index: number): boolean =>
  name !== 'rotate' || process.env['LEAN_VAULT_FULL_GRID'] === '1' || index % 7 === 0

export const chosen = <A>(operation: Operation, all: ReadonlyArray<A>): ReadonlyArray<A> =>
  all.filter((_, index) => isChosen(operation, index))

/** A vault ready for an operation, with the keys of others beside it: `beta` of its own, a neighbour vault's, one made by hand. */
export const readyFor = async (operation: Operation): Promise<Bench> => {
  const bench = await openBench()
  plant(bench, `neighbour [lv:${'b'.repeat(32)}:${'1'.repeat(32)}]`)
  plant(bench, 'somebody by hand')
  done(await bench.run((vault) => vault.add('beta', { monthlyLimit: '9' })))
  // What is left of 50 dollars can be shared out; of 5 nothing would be left over the lag.
  const monthlyLimit = operation.name === 'rotate' ? '50' : '5'
  if (operation.before !== null) done(await bench.run((vault) => vault.add('alpha', { monthlyLimit })))
  if (operation.before === 'suspended') done(await bench.run((vault) => vault.suspend('alpha')))
  return bench
}

const policyOf = ({ hash, disabled, limit, reset, includeByok }: ApiKey): string =>
  JSON.stringify([hash, disabled, String(limit), reset, includeByok])

const remotePicture = (bench: Bench): string => JSON.stringify([...bench.world.account.keys.values()].map(policyOf).sort())

/** Everything that others can see of the account and the vault. */
const pictureOf = (bench: Bench): string => {
  const state = stateOf(bench, 'alpha')
  const pending = pendingWork(state)
  return JSON.stringify({ keys: remotePicture(bench), alpha: publicState(state), pending, sealed: isSealed(bench, 'alpha') })
}

interface Picture {
  readonly remote: string
  readonly whole: string
}

/** Changes that were sent, have not arrived and will within the time that the vault waits for them. */
const onTheirWay = (bench: Bench): boolean =>
  bench.world.due.some((due) => due._tag === 'Request' && due.request.method !== 'GET' && due.at <= bench.now() + 15_000)

/**
 * Whether the answer is true. Of several faults at once two are forgiven: a change that was lost, not seen by a read, and
 * refused when it was sent again may still arrive; and two wrong 404 in a row pass for a deleted key. Reconcile mends both.
 */
const problemsOf = (bench: Bench, operation: Operation, before: Picture, answer: Answer<ChangeReport>, several: boolean): ReadonlyArray<string> => {
  if (answer === null) return []
  const state = stateOf(bench, 'alpha')
  if (isRight(answer)) {
    const { outcome, pending } = answer.right
    if (outcome === 'incomplete') return pending.length > 0 ? [] : ['it said incomplete, and nothing is pending']
    if (outcome !== operation.outcome) return [`it said ${outcome}`]
    if (publicState(state) !== operation.after) return [`it said ${outcome} and the key is ${publicState(state) ?? 'nothing'}`]
    if (operation.name === 'remove' && remoteKeys(bench, 'alpha').length > 0) return ['it said removed and the key lives']
    if (operation.name === 'rotate' && remoteKeys(bench, 'alpha').length > 1) return ['it said rotated and both keys live']
    return pending.some((work) => work !== 'window-turn') || owedWork(state).length > 0 ? ['it said done and something is pending'] : []
  }
  const { _tag } = answer.left
  if (several && _tag === 'KeyVanished') return []
  if (_tag === 'VaultUnavailable')
    return remotePicture(bench) === before.remote ? [] : ['it said that the vault cannot be written, and changed something at OpenRouter']
  if (_tag !== 'RemoteUnavailable' && _tag !== 'RemoteRefused') return [`it said ${_tag}`]
  if (!several && onTheirWay(bench)) return [`it said ${_tag} and a change is on its way`]
  return pictureOf(bench) === before.whole ? [] : [`it said ${_tag} and it is not as before: ${before.whole} became ${pictureOf(bench)}`]
}

/** All new, or all old: what is wanted is at OpenRouter, which `quieten` checks. */
const limitsEnd = (bench: Bench, finished: boolean, undone: boolean): ReadonlyArray<string> => {
  const { stage } = stateOf(bench, 'alpha')
  const monthly = stage._tag === 'Held' ? Number((stage.key.incarnation.spec.limits.monthly ?? 0n) / 10n ** 12n) : null
  const allowed = finished ? [3] : undone ? [5] : [3, 5]
  return monthly !== null && allowed.includes(monthly) ? [] : [`the limits end at ${String(monthly)}`]
}

/** Whether the end is one that the answer allows. */
const endOf = (bench: Bench, operation: Operation, answer: Answer<ChangeReport>): ReadonlyArray<string> => {
  const end = publicState(stateOf(bench, 'alpha'))
  const finished = answer !== null && isRight(answer) && answer.right.outcome === operation.outcome
  const undone = answer !== null && !isRight(answer) && answer.left._tag !== 'KeyVanished' && answer.left._tag !== 'VaultUnavailable'
  if (operation.name === 'update-limits' && end === 'active') return limitsEnd(bench, finished, undone)
  if (finished && end !== operation.after) return [`it was ${operation.outcome}, and ends ${end ?? 'as nothing'}`]
  if (undone && end !== operation.before) return [`it failed, and ends ${end ?? 'as nothing'}`]
  return end === operation.after || end === operation.before ? [] : [`it ends ${end ?? 'as nothing'}`]
}

/** Runs an operation under trouble, lets everything calm down, and tells what is wrong. The simulation's invariants hold throughout. */
export const tryOperation = async (
  ready: Bench,
  operation: Operation,
  options: { readonly seed: number; readonly retryBudget?: number; readonly seesTheDead?: boolean; readonly several?: boolean },
  trouble: Parameters<Bench['trouble']>[0],
): Promise<ReadonlyArray<string>> => {
  const { seed, seesTheDead = false, several = false, retryBudget = 60_000 } = options
  const bench = await openBench({ copyOf: ready, seed, seesTheDead, timing: { retryBudget } })
  const others = [...bench.world.account.keys.values()].filter((key) => !remoteKeys(bench, 'alpha').includes(key))
  const before: Picture = { remote: remotePicture(bench), whole: pictureOf(bench) }
  try {
    bench.trouble(trouble)
    const answer = await bench.run(operation.command)
    const problems = problemsOf(bench, operation, before, answer, several)
    await quieten(bench)
    const touched = others.filter((key) => bench.world.account.keys.get(key.hash) !== key)
    return [
      ...problems,
      ...endOf(bench, operation, answer),
      ...touched.map((key) => `${key.name} was touched`),
    ]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

const commitTroubles: ReadonlyArray<CommitTrouble> = ['crash-before', 'crash-after', 'fails', 'fails-after-writing']

interface Counts {
  readonly requests: number
  readonly commits: number
}

/** How many requests and commits the operation makes when nothing befalls it. */
export const countsOf = async (ready: Bench, operation: Operation): Promise<Counts> => {
  const bench = await openBench({ copyOf: ready, seed: 7 })
  bench.trouble({})
  await bench.run(operation.command)
  return bench.counted()
}

interface Blow {
  readonly where: string
  readonly trouble: Trouble
}

/** A death or a failing log at every commit, and a death before and after every request. */
export const blowsOf = ({ requests, commits }: Counts): ReadonlyArray<Blow> => [
  ...Array.from({ length: commits }, (_, commit) =>
    commitTroubles.map((what): Blow => ({ where: `commit ${String(commit)} ${what}`, trouble: { commits: commitNumber(commit, what) } })),
  ).flat(),
  ...Array.from({ length: requests }, (_, request) =>
    (['before', 'after'] as const).map((when): Blow => ({ where: `killed ${when} request ${String(request)}`, trouble: { kill: { request, when } } })),
  ).flat(),
  ...Array.from({ length: commits }, (_, commit): Blow => ({ where: `told to stop after commit ${String(commit)}`, trouble: { stopAfter: commit + 1 } })),
]
