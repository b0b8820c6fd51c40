import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { isRight } from 'fp-ts/lib/Either.js'

import type { ApiKey } from '../../../src/adapters/simulated-openrouter/account.js'
import type { SealedSecret } from '../../../src/application/ports/event-log.js'
import { parseMarker } from '../../../src/domain/shared/marker.js'
import { type KeyView, type OpenedVault, reveal, type ReconcileReport } from '../../../src/index.js'
import { sha256 } from '../sim-vault.js'
import { lookForAll, opensWith, sealedIn, type Seen, unwraps } from './look.js'
import { type CustodyLife, optionsOf } from './world.js'

/** Keys that live at OpenRouter with this vault's mark. */
export const ours = ({ vault, world }: CustodyLife): ReadonlyArray<ApiKey> =>
  [...world.account.keys.values()].filter(({ name }) => parseMarker(name)?.vaultId === vault)

/** The vault is wrapped by another key than before: from now on nobody may open with the old one what is sealed. */
export const rememberFormer = (life: CustodyLife, before: Seen, now: Seen, sealed: ReadonlyMap<string, SealedSecret>): void => {
  if (before.opened === null || unwraps(before.opened.vaultKey, now)) return
  life.former.push({ ...before.opened, sealedThen: new Set(sealed.keys()) })
}

const checkFormer = async (life: CustodyLife, seen: Seen): Promise<void> => {
  const sealed = await sealedIn(life)
  for (const { ring, sealedThen, vaultKey } of life.former) {
    if (unwraps(vaultKey, seen)) life.problems.push('a vault key that was replaced opens the vault')
    for (const [text, each] of sealed)
      if (!sealedThen.has(text) && (await opensWith(ring, each))) life.problems.push(`${each.ref.owner} was sealed after the vault key was replaced, and opens with the old one`)
  }
}

const checkFriends = (life: CustodyLife, seen: Seen): void => {
  for (const friend of ['ann', 'bob'] as const) {
    const opens = seen.openFor.includes(friend)
    const may = life.promised.lock.friends.includes(friend)
    if (opens !== may) life.problems.push(`${friend} is ${may ? 'a' : 'no'} recipient and ${opens ? 'opens' : 'does not open'} the vault`)
  }
}

const checkSecret = async (life: CustodyLife, vault: OpenedVault, { hash, name, state }: KeyView): Promise<void> => {
  const got = await vault.get(name)()
  if (isRight(got)) {
    const text = reveal(got.right.secret)
    life.secrets.add(text)
    if (sha256(text) !== hash) life.problems.push(`${name} was handed out as another secret than OpenRouter gave`)
  } else if (!['SecretNotHeld', 'KeyNotReady', 'KeyNotFound'].includes(got.left._tag)) life.problems.push(`${name} is ${state}, and get says ${got.left._tag}`)
}

const checkPromised = (life: CustodyLife, views: ReadonlyArray<KeyView>): void => {
  const { free, held } = life.promised
  const learned = new Map(held)
  for (const [name, hash] of held) {
    const view = views.find((each) => each.name === name)
    if (view === undefined) life.problems.push(`${name} was added, and is not there any more`)
    else if (hash !== null && view.hash !== hash) life.problems.push(`${name} is another key than it was`)
    else learned.set(name, view.hash)
  }
  for (const name of free) if (views.some((view) => view.name === name)) life.problems.push(`${name} was removed, and is there`)
  life.promised = { ...life.promised, held: learned }
}

const inVault = async (life: CustodyLife, look: (vault: OpenedVault) => Promise<void>): Promise<void> => {
  const opened = await life.custody.open(optionsOf(life, 'owner', null))()
  if (!isRight(opened)) {
    life.problems.push(`the vault does not open: ${JSON.stringify(opened.left)}`)
    return
  }
  await look(opened.right)
  await opened.right.close()()
}

/** What must hold after every step of a life. */
export const checkLife = async (life: CustodyLife): Promise<void> => {
  if (!life.isThere) return
  const seen = await lookForAll(life)
  if (typeof seen === 'string' || seen.opened === null) {
    life.problems.push(`its owner cannot open the vault${typeof seen === 'string' ? `: ${seen}` : ''}`)
    return
  }
  await checkFormer(life, seen)
  checkFriends(life, seen)
  await inVault(life, async (vault) => {
    const listed = await vault.list()()
    if (!isRight(listed)) {
      life.problems.push(`the keys cannot be listed: ${listed.left._tag}`)
      return
    }
    checkPromised(life, listed.right)
    for (const view of listed.right) await checkSecret(life, vault, view)
  })
}

/** A vault that was restored says so once for every time, and holds all that was promised at its backup: the check of every step. */
export const checkRevived = (life: CustodyLife): Promise<void> =>
  inVault(life, async (vault) => {
    const told = await vault.history()()
    const restores = isRight(told) ? told.right.filter(({ event }) => event === 'VaultRestored').length : -1
    if (restores !== life.promised.restores) life.problems.push(`the vault was restored ${String(life.promised.restores)} times, and its history tells of ${String(restores)}`)
  })

/** After a reconcile nothing lives unnoticed, and nothing that is dead is handed out without a word. */
export const checkReconciled = async (life: CustodyLife, vault: OpenedVault, report: ReconcileReport): Promise<void> => {
  const listed = await vault.list()()
  if (!isRight(listed)) return
  const known = new Set(listed.right.flatMap(({ alsoHeld, hash }) => [...alsoHeld, ...(hash === null ? [] : [hash])]))
  const names = new Set(report.outstanding.map(({ name }) => name))
  for (const { hash, name } of ours(life)) {
    if (known.has(hash) || names.has(parseMarker(name)?.name ?? '')) continue
    if (!report.unheld.some((each) => each.hash === hash)) life.problems.push(`${name} lives, and the reconcile does not name it`)
    else if (life.promised.restores > 0) life.problems.push(`${name} lives since before the restore, and no decision is owed`)
  }
  for (const { hash, name } of listed.right) {
    if (hash === null || life.world.account.keys.has(hash)) continue
    const got = await vault.get(name)()
    if (isRight(got) && got.right.warning?.includes('is gone at OpenRouter') !== true) life.problems.push(`${name} is dead, and is handed out without a word`)
  }
}

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)]))

/** No file of any folder shows a secret that was handed out. */
export const checkFiles = ({ managementKey, problems, root, secrets }: CustodyLife): void => {
  const shown = [...secrets, reveal(managementKey)]
  for (const file of filesIn(root)) {
    const bytes = readFileSync(file)
    if (shown.some((text) => bytes.includes(text))) problems.push(`a secret lies open in ${file.slice(root.length + 1)}`)
  }
}
