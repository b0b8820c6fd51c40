import { isRight } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../application/errors.js'
import { reveal, type Secret } from '../application/secret.js'
import type { Vault } from '../application/vault.js'
import type { Millis } from '../domain/shared/instant.js'
import { parseMarker } from '../domain/shared/marker.js'
import type { EventLogSubject } from './event-log-subject.js'
import type { LifeAction, LifePlan } from './life-plan.js'
import { type LifeParts, lifeProcess, type LifeWorld, lifeWorld, sha256 } from './life-process.js'

/** What of a vault a life uses. */
export type LifeVault = Pick<Vault, 'add' | 'remove' | 'rotate' | 'suspend' | 'resume' | 'reconcile' | 'list' | 'get'>

/** What is under trial, and how a vault is made with it: with `initVault` and `openVault`, the parts among their `overrides`. */
export interface LifeSubject {
  /** A fresh, empty store; each process of the life opens it anew. */
  readonly store: () => Promise<EventLogSubject>
  readonly initialise: (parts: LifeParts, managementKey: Secret) => TaskEither<VaultError, unknown>
  readonly open: (parts: LifeParts) => TaskEither<VaultError, LifeVault>
}

/** What came of a life: what broke, if anything did, and what happened in order. */
export interface LifeResult {
  readonly plan: LifePlan
  readonly problems: ReadonlyArray<string>
  readonly story: ReadonlyArray<string>
}

interface Told {
  readonly life: LifeWorld
  readonly subject: LifeSubject
  readonly store: EventLogSubject
  readonly problems: Array<string>
  readonly story: Array<string>
  /** What a command that succeeded promised of a name; nothing where one failed or died. */
  readonly promised: Map<string, 'held' | 'free'>
}

const calm = { fault: null, crash: null } as const
const said = ({ _tag, ...rest }: VaultError): string => ('message' in rest ? `${_tag}: ${rest.message}` : _tag)

/** Opens a vault as a process of its own and does something with it. `null`: the process died. */
const inProcess = async <A>(told: Told, trouble: Pick<LifeAction, 'fault' | 'crash'>, work: (vault: LifeVault) => Promise<A>): Promise<A | null> => {
  const { death, parts } = await lifeProcess(told.life, told.store, told.story.length, trouble)
  const whole = async (): Promise<A | null> => {
    const opened = await told.subject.open(parts)()
    if (isRight(opened)) return work(opened.right)
    told.problems.push(`the vault does not open: ${said(opened.left)}`)
    return null
  }
  const answer = await Promise.race([whole(), death])
  return answer === 'died' ? null : answer
}

const promises = { added: 'held', rotated: 'held', suspended: 'held', resumed: 'held', removed: 'free' } as const
const isPromise = (outcome: string): outcome is keyof typeof promises => outcome in promises

const ask = async (vault: LifeVault, { command, name }: LifeAction): Promise<string> => {
  if (command === 'reconcile') {
    const settled = await vault.reconcile()()
    return isRight(settled) ? 'reconciled' : said(settled.left)
  }
  const answer = await (command === 'add' ? vault.add(name, { monthlyLimit: 5 }) : vault[command](name))()
  return isRight(answer) ? answer.right.outcome : said(answer.left)
}

/** What is refused, or so already, leaves what was promised as it is; what has another end, or none, may be either. */
const note = ({ promised }: Told, { command, name }: LifeAction, answer: string): void => {
  if (isPromise(answer)) promised.set(name, promises[answer])
  else if (command !== 'reconcile' && !/^(KeyExists|KeyNotFound|unchanged)/.test(answer)) promised.delete(name)
}

const perform = async (told: Told, action: LifeAction): Promise<void> => {
  const { clock } = told.life
  clock.advance(action.wait as Millis)
  const answer = (await inProcess(told, action, (vault) => ask(vault, action))) ?? 'its process died'
  note(told, action, answer)
  const trouble = [action.fault, action.crash].flatMap((each) => (each === null ? [] : [JSON.stringify(each)]))
  told.story.push([new Date(clock.now()).toISOString(), action.command, action.name, ...trouble, '->', answer].join(' '))
}

/** The hashes of the secrets that are handed out. */
const checkListed = async ({ problems, promised }: Told, vault: LifeVault): Promise<ReadonlySet<string> | null> => {
  const listed = await vault.list()()
  if (!isRight(listed)) {
    problems.push(`the keys cannot be listed: ${said(listed.left)}`)
    return null
  }
  const held = new Set<string>()
  for (const { name, pending } of listed.right) {
    const owed = pending.filter((work) => work !== 'window-turn')
    if (owed.length > 0) problems.push(`${name} still has ${owed.join(', ')} to do`)
    const got = await vault.get(name)()
    if (isRight(got)) held.add(sha256(reveal(got.right.secret)))
    else problems.push(`${name} is listed, and get says ${said(got.left)}`)
  }
  const names = new Set(listed.right.map(({ name }) => name))
  for (const [name, is] of promised) if (names.has(name) !== (is === 'held')) problems.push(`${name} was said to be ${is}, and is not`)
  return held
}

const checkKeys = async (told: Told, vault: LifeVault): Promise<void> => {
  const held = await checkListed(told, vault)
  if (held === null) return
  const live = [...told.life.world.account.keys.values()].filter((key) => parseMarker(key.name) !== null)
  for (const { hash, name } of live) if (!held.has(hash)) told.problems.push(`${name} lives at OpenRouter, and nobody holds it`)
  for (const hash of held) if (!live.some((key) => key.hash === hash)) told.problems.push(`${hash.slice(0, 8)} is held, and is not there`)
}

/** Every event that was acknowledged is where it was put. */
const checkLog = async ({ life, problems, store }: Told): Promise<void> => {
  const { log } = await store.open()
  for (const { appends } of life.acknowledged)
    for (const { expectedVersion, records, stream } of appends) {
      const stored = await log.read(stream)()
      const kept = isRight(stored) && records.every(({ data, type }, n) => stored.right[expectedVersion + n]?.type === type && stored.right[expectedVersion + n]?.data === data)
      if (!kept) problems.push(`${stream} has lost or changed what was acknowledged as version ${String(expectedVersion + 1)}`)
    }
}

/** Lives a plan on the subject's store and client: all its processes, then peace, time and two reconciles; then all must be in order. */
export const runLife = async (subject: LifeSubject, plan: LifePlan): Promise<LifeResult> => {
  const store = await subject.store()
  const told: Told = { life: lifeWorld(plan.seed), subject, store, problems: [], story: [], promised: new Map() }
  const { life, problems, story } = told
  const { parts } = await lifeProcess(life, store, -1, calm)
  const made = await subject.initialise(parts, life.managementKey)()
  if (!isRight(made)) problems.push(`the vault cannot be made: ${said(made.left)}`)
  else for (const action of plan.actions) await perform(told, action)
  for (let round = 0; round < 2 && isRight(made); round += 1)
    await perform(told, { command: 'reconcile', name: 'all', wait: 3 * 3_600_000, ...calm })
  if (problems.length === 0) await inProcess(told, calm, (vault) => checkKeys(told, vault))
  await checkLog(told)
  await store.dispose()
  return { plan, problems, story }
}

const without = <A>(items: ReadonlyArray<A>, from: number, count: number): ReadonlyArray<A> => items.filter((_, n) => n < from || n >= from + count)

/** The smallest plan that is found to fail as well: commands are taken out, then their troubles. Each try is a whole life. */
export const shrinkLife = async (subject: LifeSubject, failing: LifeResult): Promise<LifeResult> => {
  let smallest = failing
  const attempt = async (actions: LifePlan['actions']): Promise<boolean> => {
    const tried = await runLife(subject, { ...smallest.plan, actions })
    if (tried.problems.length === 0) return false
    smallest = tried
    return true
  }
  for (let count = smallest.plan.actions.length; count >= 1; count = Math.floor(count / 2))
    for (let from = 0; from < smallest.plan.actions.length; ) if (!(await attempt(without(smallest.plan.actions, from, count)))) from += count
  for (const [n, action] of smallest.plan.actions.entries())
    for (const calmer of [{ fault: null }, { crash: null }, { wait: 0 }])
      await attempt(smallest.plan.actions.map((each, at) => (at === n ? { ...(smallest.plan.actions[n] ?? action), ...calmer } : each)))
  return smallest
}

/** A life for people: what broke, the plan to replay it with, and what happened in order. */
export const tellLife = ({ plan, problems, story }: LifeResult): string =>
  [`seed ${String(plan.seed)}: ${problems.length === 0 ? 'all in order' : [...new Set(problems)].join('; ')}`, ...story, JSON.stringify(plan)].join('\n')
