import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'

import { isRight } from 'fp-ts/lib/Either.js'

import { editKey } from '../../../src/adapters/simulated-openrouter/dashboard.js'
import { changeAccount } from '../../../src/adapters/simulated-openrouter/world.js'
import type { OwnerId } from '../../../src/domain/shared/identifiers.js'
import { type OpenedVault, reveal, secret, type VaultError, type VaultKeyChange } from '../../../src/index.js'
import { sha256 } from '../sim-vault.js'
import { checkReconciled, checkRevived, ours, rememberFormer } from './checks.js'
import { asNobody, asProcess, born } from './effects.js'
import { look, sealedIn, type Seen, unwraps } from './look.js'
import type { CustodyAction, CustodyStep, Friend, Who } from './plan.js'
import { type Acting, backupPassphrase, cost, type CustodyLife, type KeptBackup, type KnownLock, optionsOf, people, type Promised } from './world.js'

const said = (error: VaultError): string => ('reason' in error ? `${error._tag} ${error.reason}` : error._tag)

export const begin = (life: CustodyLife, { death, fault, meanwhile }: Omit<CustodyStep, 'action'>): Acting => {
  const mortal = born(life.processes++)
  mortal.death = death
  return { mortal, fault, requests: 0, meanwhile }
}

/** A program that holds the vault open goes on as the process that it is; its next death is counted from here. */
const goOn = (acting: Acting, { death, fault, meanwhile }: Omit<CustodyStep, 'action'>): Acting => {
  acting.mortal.death = death === null ? null : { ...death, effect: acting.mortal.effects + death.effect }
  return Object.assign(acting, { fault, requests: 0, meanwhile })
}

/** Runs a process to its end. `died` leaves a mark, so that others know that its claims are nobody's. */
const live = async <A>(life: CustodyLife, { mortal }: Acting, work: () => Promise<A>): Promise<A | 'died'> => {
  const answer = await asProcess(mortal, work)
  if (answer === 'died') life.dead.add(`custody/${String(mortal.id)}` as OwnerId)
  return answer
}

/** Opens the vault as somebody, or takes the one that a program holds open, and does something with it. */
const withVault = async (life: CustodyLife, who: Who, trouble: Omit<CustodyStep, 'action'>, work: (vault: OpenedVault) => Promise<string>): Promise<string> => {
  const isProgram = who === 'program 1' || who === 'program 2'
  const session = isProgram ? life.sessions.get(who) : undefined
  const acting = session === undefined ? begin(life, trouble) : goOn(session.acting, trouble)
  const answer = await live(life, acting, async () => {
    let vault = session?.vault
    if (vault === undefined) {
      const opened = await life.custody.open(optionsOf(life, who, acting))()
      if (!isRight(opened)) return `does not open: ${said(opened.left)}`
      vault = opened.right
      if (isProgram) life.sessions.set(who, { acting, vault })
    }
    const told = await work(vault)
    if (!isProgram) await vault.close()()
    return told
  })
  // Whoever lost the way to the key begins anew.
  if (isProgram && (answer === 'died' || answer.includes('newer-key'))) {
    await life.sessions.get(who)?.vault.close()()
    life.sessions.delete(who)
  }
  return answer === 'died' ? `died ${acting.mortal.end ?? ''}` : answer
}

const promise = (life: CustodyLife, name: string, now: 'held' | 'free' | 'unsure'): void => {
  const { free, held, unsure } = life.promised
  const without = <A>(entries: ReadonlyMap<string, A>): ReadonlyMap<string, A> => new Map([...entries].filter(([each]) => each !== name))
  const rest = (names: ReadonlySet<string>): ReadonlySet<string> => new Set([...names].filter((each) => each !== name))
  life.promised = {
    ...life.promised,
    held: now === 'held' ? new Map([...held, [name, null]]) : without(held),
    free: now === 'free' ? new Set([...free, name]) : rest(free),
    unsure: now === 'unsure' ? new Set([...unsure, name]) : rest(unsure),
  }
}

const harmless = /^(does not open|NameTaken|KeyNotFound|KeyNotReady|VaultUnavailable (newer-key|wrong-key|no-key|wrong-passphrase)|PassphraseNeeded)/

const work = async (life: CustodyLife, { _tag, by, name }: Extract<CustodyAction, { readonly name: string }>, trouble: Omit<CustodyStep, 'action'>): Promise<string> => {
  const mayOpen = !(by === 'ann' || by === 'bob') || life.promised.lock.friends.includes(by)
  const answer = await withVault(life, by, trouble, async (vault) => {
    if (_tag !== 'get') {
      const done = await (_tag === 'add' ? vault.add(name, { monthlyLimit: 5 }) : vault.remove(name))()
      return isRight(done) ? done.right.outcome : said(done.left)
    }
    const got = await vault.get(name)()
    if (!isRight(got)) return said(got.left)
    const text = reveal(got.right.secret)
    life.secrets.add(text)
    if (!life.issued.has(sha256(text))) life.problems.push(`${name} was handed out as what OpenRouter never gave`)
    if (!mayOpen && trouble.meanwhile === null) life.problems.push(`${by} is no recipient and was handed ${name}`)
    return 'handed out'
  })
  if (_tag !== 'get') {
    if (answer === 'added' || answer === 'removed') promise(life, name, answer === 'added' ? 'held' : 'free')
    else if (!harmless.test(answer)) promise(life, name, 'unsure')
  }
  return answer
}

const reconcile = async (life: CustodyLife, by: Who, trouble: Omit<CustodyStep, 'action'>): Promise<string> =>
  withVault(life, by, trouble, async (vault) => {
    const done = await vault.reconcile()()
    if (!isRight(done)) return said(done.left)
    const { outstanding, unheld } = done.right
    life.unheld = unheld.map(({ hash }) => hash)
    if (trouble.fault === null && trouble.meanwhile === null && trouble.death === null) await asNobody(() => checkReconciled(life, vault, done.right))
    return `${String(outstanding.length)} outstanding, ${String(unheld.length)} unheld`
  })

/** One of the keys that a reconcile named is taken in, or destroyed. */
const decide = async (life: CustodyLife, how: 'adopt' | 'revoke', trouble: Omit<CustodyStep, 'action'>): Promise<string> => {
  const [hash] = life.unheld
  if (hash === undefined) return 'nothing to decide'
  return withVault(life, 'owner', trouble, async (vault) => {
    const done = await vault.reconcile({ [how]: hash })()
    if (!isRight(done)) return said(done.left)
    life.unheld = done.right.unheld.map((each) => each.hash)
    for (const { name } of done.right.adopted) promise(life, name, 'unsure')
    return `${hash.slice(0, 8)}: ${String(done.right.outstanding.length)} outstanding`
  })
}

const lockAfter = (lock: KnownLock, change: VaultKeyChange, friend: Friend | null): KnownLock => {
  switch (change.to) {
    case 'rotate':
      return lock
    case 'passphrase':
      return { ...lock, source: 'passphrase', phrase: reveal(change.passphrase) }
    case 'keychain':
    case 'key-file':
      return { ...lock, source: change.to }
    case 'add-recipient':
      return friend === null ? lock : { ...lock, friends: [...new Set([...lock.friends, friend])].sort() }
    case 'remove-recipient':
      return { ...lock, friends: lock.friends.filter((each) => each !== friend) }
  }
}

const isLike = ({ friends, source }: KnownLock, seen: Seen): boolean => source === seen.source && friends.join() === seen.friends.join()

/** Which of the locks that may be in force is. It must open, for its owner. */
const settle = async (life: CustodyLife, candidates: ReadonlyArray<KnownLock>): Promise<Seen | null> => {
  const tried: Array<string> = []
  for (const lock of candidates) {
    life.promised = { ...life.promised, lock }
    const seen = await look(life)
    if (typeof seen === 'string') tried.push(seen)
    else if (isLike(lock, seen) && seen.opened !== null) return seen
    else tried.push(`${seen.source} for ${seen.friends.join(' and ')}${seen.opened === null ? ', which does not open' : ''}`)
  }
  life.problems.push(`the vault opens neither with its old key nor with its new one: it has ${[...new Set(tried)].join(', then ')}`)
  return null
}

const changeOf = async (life: CustodyLife, action: Extract<CustodyAction, { readonly _tag: 'change' | 'share' | 'unshare' }>): Promise<VaultKeyChange> => {
  if (action._tag === 'change') return action.to === 'passphrase' ? { to: 'passphrase', passphrase: secret(`phrase ${String(++life.phrases)}`), cost } : { to: action.to }
  const { recipient } = (await people())[action.friend]
  return action._tag === 'share' ? { to: 'add-recipient', recipient, label: action.friend } : { to: 'remove-recipient', recipient }
}

const change = async (life: CustodyLife, action: Extract<CustodyAction, { readonly _tag: 'change' | 'share' | 'unshare' }>, trouble: Omit<CustodyStep, 'action'>): Promise<string> => {
  const wanted = await changeOf(life, action)
  const make = (lock: KnownLock): KnownLock => lockAfter(lock, wanted, action._tag === 'change' ? null : action.friend)
  const before = await asNobody(() => look(life))
  const { waiting } = life
  const acting = begin(life, trouble)
  life.waiting = make
  const answer = await live(life, acting, () => life.custody.change(optionsOf(life, 'owner', acting), wanted)())
  life.waiting = waiting
  const isDone = answer !== 'died' && isRight(answer)
  // Somebody else may have had a turn, before this one was made or after it; or this one has, while another waits.
  const { lock } = life.promised
  const from = waiting === null ? [lock] : [lock, waiting(lock)]
  const candidates = [...(isDone && trouble.meanwhile === null ? [] : from), ...from.map(make)]
  await asNobody(async () => {
    const seen = await settle(life, candidates)
    if (seen === null || typeof before === 'string') return
    rememberFormer(life, before, seen, await sealedIn(life))
    if (isDone && trouble.meanwhile === null && action._tag !== 'share' && before.opened !== null && unwraps(before.opened.vaultKey, seen)) life.problems.push('the vault key was replaced, and the old one opens the vault')
  })
  if (answer === 'died') return `died ${acting.mortal.end ?? ''}`
  return isRight(answer) ? `${answer.right.source}${answer.right.rotated ? ', a new key' : ''}` : said(answer.left)
}

/** What is promised of a moment that lies between two: a name of which they tell different things may be either. */
const inBoth = (before: Promised, after: Promised): Promised => {
  const isFirm = (name: string): boolean => before.held.has(name) === after.held.has(name) && before.free.has(name) === after.free.has(name)
  const names = [...before.held.keys(), ...after.held.keys(), ...before.free, ...after.free]
  return {
    ...after,
    held: new Map([...after.held].filter(([name]) => isFirm(name))),
    free: new Set([...after.free].filter(isFirm)),
    unsure: new Set([...before.unsure, ...after.unsure, ...names.filter((name) => !isFirm(name))]),
  }
}

const backup = async (life: CustodyLife, { file, opensFor }: Extract<CustodyAction, { readonly _tag: 'backup' }>, trouble: Omit<CustodyStep, 'action'>): Promise<string> => {
  const path = join(life.root, 'backups', `${file}-${String(life.places++)}.age`)
  const acting = begin(life, trouble)
  const to = opensFor === 'passphrase' ? { backupPassphrase, cost } : { recipients: [(await people())[opensFor].recipient] }
  const before = life.promised
  const answer = await live(life, acting, () => life.custody.backup({ ...optionsOf(life, 'owner', acting), file: path, ...to })())
  const isDone = answer !== 'died' && isRight(answer)
  if (isDone || existsSync(path)) life.backups.set(file, { path, opensFor, promised: inBoth(before, life.promised), locks: [...new Set([before.lock, life.promised.lock])], acknowledged: isDone })
  if (answer === 'died') return `died ${acting.mortal.end ?? ''}`
  return isRight(answer) ? `sealed for ${opensFor}` : said(answer.left)
}

const isEmpty = (home: string): boolean => !existsSync(home) || readdirSync(home).length === 0

const lose = async (life: CustodyLife, what: 'machine' | 'folder'): Promise<void> => {
  for (const { vault } of life.sessions.values()) await vault.close()()
  life.sessions.clear()
  const there = (name: string): string => join(life.root, `${name}.lost-${String(life.places++)}`)
  if (!isEmpty(life.home)) renameSync(life.home, there('vault'))
  if (what === 'machine') {
    const user = join(life.root, 'user')
    if (existsSync(user)) renameSync(user, there('user'))
    life.keychain.clear()
  }
  life.isThere = false
}

/** What was restored goes on as it was at its backup: whoever had an old key then has it again. */
const revive = async (life: CustodyLife, { locks, promised }: KeptBackup): Promise<void> => {
  life.isThere = true
  life.former.length = 0
  life.unheld = []
  life.promised = { ...promised, restores: promised.restores + 1 }
  await asNobody(async () => {
    await settle(life, locks)
    await checkRevived(life)
  })
}

const refuseToRestore = (life: CustodyLife, isDone: boolean, what: string): string => {
  if (isDone) life.problems.push('a backup was restored over a vault that was there')
  return what
}

const restore = async (life: CustodyLife, { file, lost }: Extract<CustodyAction, { readonly _tag: 'restore' }>, trouble: Omit<CustodyStep, 'action'>): Promise<string> => {
  const kept = life.backups.get(file)
  if (kept === undefined) return 'there is no such backup'
  if (lost !== 'nothing') await lose(life, lost)
  const acting = begin(life, trouble)
  const { opensFor } = kept
  const by = opensFor === 'passphrase' ? { backupPassphrase } : { identityFile: join(life.root, `${opensFor}.identity`) }
  const answer = await live(life, acting, () => life.custody.restore({ ...optionsOf(life, 'owner', acting), file: kept.path, ...by })())
  const isDone = answer !== 'died' && isRight(answer)
  const told = answer === 'died' ? `died ${acting.mortal.end ?? ''}` : isRight(answer) ? `epoch ${String(answer.right.epoch)}` : said(answer.left)
  if (life.isThere) return refuseToRestore(life, isDone, told)
  if (answer !== 'died' && !isRight(answer) && kept.acknowledged) life.problems.push(`an acknowledged backup cannot be restored: ${told}`)
  if (isDone || !isEmpty(life.home)) await revive(life, kept)
  return told
}

const dashboard = (life: CustodyLife, { edit, nth }: Extract<CustodyAction, { readonly _tag: 'dashboard' }>): string => {
  const keys = ours(life)
  const key = keys[nth % Math.max(1, keys.length)]
  if (key === undefined) return 'no key'
  const now = life.clock.now()
  changeAccount(life.world, now, (account) => editKey(account, key.hash, edit === 'delete' ? { _tag: 'Delete' } : { _tag: 'SetDisabled', disabled: true }, now))
  return key.name.replace(/ .*/, '')
}

/** Whoever works while another waits comes with nothing that could go wrong, and with a process of their own. */
const besides = (action: CustodyAction): CustodyAction => ('by' in action && action.by.startsWith('program') ? { ...action, by: 'owner' } : action)

const perform = (life: CustodyLife, { action, ...trouble }: CustodyStep): Promise<string> | string => {
  if (!life.isThere && action._tag !== 'restore' && action._tag !== 'dashboard') return 'there is no vault'
  switch (action._tag) {
    case 'add':
    case 'remove':
    case 'get':
      return work(life, action, trouble)
    case 'reconcile':
      return reconcile(life, action.by, trouble)
    case 'decide':
      return decide(life, action.how, trouble)
    case 'change':
    case 'share':
    case 'unshare':
      return change(life, action, trouble)
    case 'backup':
      return backup(life, action, trouble)
    case 'restore':
      return restore(life, action, trouble)
    case 'dashboard':
      return dashboard(life, action)
  }
}

const toldAs = ({ _tag, ...rest }: CustodyAction): string => [_tag, ...Object.values(rest).map(String)].join(' ')

/** One step of a life, and a line that tells it. */
export const takeStep = async (life: CustodyLife, step: CustodyStep, depth = 0): Promise<void> => {
  life.turn = (action) => asNobody(() => takeStep(life, { action: besides(action), death: null, fault: null, meanwhile: null }, depth + 1))
  const at = life.story.push('') - 1
  const answer = await perform(life, step)
  life.story[at] = `${'  '.repeat(depth)}${toldAs(step.action)}${step.fault === null ? '' : ` (${step.fault.what._tag})`} -> ${answer}`
}
