import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { PromisedVault } from '../../src/index.js'
import type { Bench } from './bench.js'
import { movedHomes } from './lanes-crews.js'
import { type Asked, changedOf, type Fact, lostOf, type SeenKey } from './lanes-records.js'

/** The library as it was built. */
export type Library = typeof import('../../src/index.js')

/** A bench with what its processes find in their environment, and what is known of its log. */
export interface Site {
  readonly bench: Bench
  readonly library: Library
  readonly env: Readonly<Record<string, string>>
  readonly people: ReadonlyArray<string>
  /** By the vault's folder below `homes`, or '' for the bench's own. */
  readonly acknowledged: Map<string, Array<Fact>>
  /** What the key `kept` of each was seen to hash to. */
  readonly hashes: Map<string, string>
  /** How far each log is known to have come. */
  readonly ends: Map<string, number>
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

export const envAt = ({ bench, env }: Site, home: string): Readonly<Record<string, string>> =>
  home === '' ? env : { ...env, LEAN_VAULT_HOME: join(bench.folder, 'homes', home), XDG_CONFIG_HOME: join(bench.folder, 'homes-config', home) }

/** Opens a vault as a program that was just started does, and looks. */
const withVault = async <A>(site: Site, home: string, look: (vault: PromisedVault) => Promise<A>): Promise<A> => {
  const vault = await site.library.promises.openVault({ env: envAt(site, home) })
  try {
    return await look(vault)
  } finally {
    await vault.close()
  }
}

const logOf = async (vault: PromisedVault, after: number): Promise<ReadonlyMap<number, string>> =>
  new Map((await vault.history({ after })).map(({ sequence, event }) => [sequence, event]))

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const seenNow = async (vault: PromisedVault, name: string): Promise<SeenKey> => {
  const { state, tags, limits, hash } = await vault.show(name)
  return { state, tag: tags['t'] ?? '', limit: limits.monthlySpend, hash }
}

/** The secret that is handed out is that of the key, and of no other. */
const wrongSecret = async ({ library }: Site, vault: PromisedVault, name: string, { state, hash }: SeenKey): Promise<ReadonlyArray<string>> => {
  const isHanded = ['active', 'suspended'].includes(state)
  const got = await vault.get(name).then(
    ({ secret }) => sha256(library.reveal(secret)),
    (error: unknown) => (isHanded ? textOf(error) : null),
  )
  if (isHanded) return got === hash ? [] : [`get ${name}, which is ${state}: ${String(got)}`]
  return state === 'removed' && got !== null ? [`get ${name}, which is removed, gave a secret`] : []
}

const ofNames = async (site: Site, vault: PromisedVault, asked: ReadonlyArray<Asked>, owns: boolean): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  for (const name of new Set(asked.flatMap((each) => (each.name === '' ? [] : [each.name])))) {
    const last = asked.filter((each) => each.name === name).at(-1)?.told
    const now = await seenNow(vault, name).catch((error: unknown) => textOf(error))
    if (typeof now === 'string') {
      if (last?.seen !== undefined) problems.push(`show ${name}: ${now}`)
      continue
    }
    problems.push(...(await wrongSecret(site, vault, name, now)))
    if (owns && last?.seen !== undefined) problems.push(...changedOf(name, last.seen, now))
  }
  return problems
}

const ofHome = async (site: Site, home: string, asked: ReadonlyArray<Asked>): Promise<ReadonlyArray<string>> => {
  const about = asked.flatMap(({ told }) => (told?.home === home ? [told] : []))
  const told = about.flatMap(({ facts = [] }) => facts)
  const hash = about.at(-1)?.hash ?? site.hashes.get(home) ?? null
  if (hash !== null) site.hashes.set(home, hash)
  site.acknowledged.set(home, [...(site.acknowledged.get(home) ?? []), ...told])
  return await withVault(site, home, async (vault) => {
    const log = await logOf(vault, Math.min(...told.map(([sequence]) => sequence), Infinity) - 1)
    if (movedHomes.includes(home)) site.ends.set(home, Math.max(site.ends.get(home) ?? 0, ...log.keys()))
    const got = hash === null ? null : sha256(site.library.reveal((await vault.get('kept')).secret))
    return [...lostOf(home, told, log), ...(got === hash ? [] : [`get kept of ${home} gave another secret`])]
  }).catch((error: unknown) => [`${home}: ${textOf(error)}`])
}

const ofHomes = async (site: Site, asked: ReadonlyArray<Asked>): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  const moved = asked.flatMap(({ name, told }) => (told === null && movedHomes.includes(name) ? [name] : []))
  for (const home of new Set([...asked.flatMap(({ told }) => (told?.home === undefined ? [] : [told.home])), ...moved])) {
    problems.push(...(await ofHome(site, home, asked)))
  }
  const backups = asked.flatMap(({ told }) => (told?.backup === undefined ? [] : [told.backup]))
  return [...problems, ...backups.filter((name) => !existsSync(join(site.bench.folder, 'backups', name))).map((name) => `lost: the backup ${name}`)]
}

/** What is wrong right after a process was killed, by all that it was told: each fact, each key as it was seen, and its secret. */
export const wrongAfter = async (site: Site, asked: ReadonlyArray<Asked>, crew: { readonly owns: boolean; readonly homes: boolean }): Promise<ReadonlyArray<string>> => {
  if (crew.homes) return await ofHomes(site, asked)
  const told = asked.flatMap(({ told: answer }) => answer?.facts ?? [])
  site.acknowledged.set('', [...(site.acknowledged.get('') ?? []), ...told])
  const from = Math.min(...told.map(([sequence]) => sequence), (site.ends.get('') ?? 0) + 1) - 1
  return await withVault(site, '', async (vault) => {
    const log = await logOf(vault, from)
    site.ends.set('', Math.max(site.ends.get('') ?? 0, ...log.keys()))
    return [...lostOf('the vault', told, log), ...(await ofNames(site, vault, asked, crew.owns))]
  }).catch((error: unknown) => [`the vault after a kill: ${textOf(error)}`])
}

/** The whole log against all that was ever acknowledged, and against its own proofs. */
export const auditOf = async (site: Site, home: string): Promise<ReadonlyArray<string>> => {
  const audit = await site.library.auditVault({ env: envAt(site, home) })()
  const damage = audit._tag === 'Left' ? [audit.left._tag] : audit.right.damage.map(({ where, what }) => `${where}: ${what}`)
  const lost = await withVault(site, home, async (vault) => lostOf(home, site.acknowledged.get(home) ?? [], await logOf(vault, 0)))
  return [...damage.map((each) => `audit verify of '${home}': ${each}`), ...lost]
}
