import { createHash } from 'node:crypto'
import { join } from 'node:path'

import type { ApiKey } from '../../src/adapters/simulated-openrouter/account.js'
import { libsqlDriver } from '../../src/adapters/sqlite-log/libsql-driver.js'
import type { Connection, Row } from '../../src/adapters/sqlite-log/driver.js'
import { toDollars } from '../../src/domain/shared/picodollars.js'
import type { Bench, Saved } from './bench.js'
import { filesIn, makeCanaries } from './canaries.js'

export type Standing = 'active' | 'suspended' | 'gone'

/** In which states each name may be; a name that is not here must not be in the vault. */
export type Expected = Readonly<Record<string, ReadonlyArray<Standing>>>

interface Listed {
  readonly name: string
  readonly lineage: string
  readonly state: string
  readonly hash: string | null
  readonly alsoHeld: ReadonlyArray<string>
  readonly pending: ReadonlyArray<string>
  readonly limits: { readonly monthlySpend: number | null }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

const wrongPolicy = (listed: Listed, key: ApiKey): string | null => {
  const { monthlySpend } = listed.limits
  const limit = key.limit === null ? null : toDollars(key.limit)
  const isRight =
    listed.state === 'suspended'
      ? key.disabled && limit === 0
      : !key.disabled && limit === monthlySpend && key.reset === (limit === null ? null : 'monthly')
  return isRight ? null : `${listed.name} is ${listed.state}, but at OpenRouter disabled: ${key.disabled}, limit: ${String(limit)}`
}

const marked = ({ world, saved }: Bench): ReadonlyArray<ApiKey> =>
  [...world.account.keys.values()].filter((key) => key.name.includes(`[lv:${saved.vaultId}:`))

const wrongAtRemote = (bench: Bench, held: ReadonlyArray<Listed>): ReadonlyArray<string> => {
  const ours = marked(bench)
  const hashes = new Set(held.map(({ hash }) => hash))
  const strays = ours.filter((key) => !hashes.has(key.hash)).map((key) => `not held, but alive: ${key.name}`)
  const policies = held.map((each) => {
    const key = ours.find(({ hash }) => hash === each.hash)
    return key === undefined ? `held, but not alive: ${each.name}` : wrongPolicy(each, key)
  })
  const { account } = bench.saved
  const touched = bench.saved.foreign
    .filter((hash) => bench.world.account.keys.get(hash) !== account.keys.get(hash))
    .map((hash) => `touched, but foreign: ${account.keys.get(hash)?.name ?? hash}`)
  return [...strays, ...policies.filter((each) => each !== null), ...touched]
}

/** One POST a remote name, as far as requests were sent at all. */
const repeatedCreations = ({ front }: Bench): ReadonlyArray<string> => {
  const names = front.arrivals.flatMap(({ method, path, bodyName }) =>
    method === 'POST' && path === '/keys' && bodyName?.includes('[lv:') === true ? [bodyName] : [],
  )
  return names.filter((name, n) => names.indexOf(name) !== n).map((name) => `sent twice: POST ${name}`)
}

const wrongStates = (listed: ReadonlyArray<Listed>, expected: Expected): ReadonlyArray<string> => {
  const standing = ({ state }: Listed): string => (state === 'removed' ? 'gone' : state)
  const wrong = listed
    .filter((each) => !(expected[each.name] ?? ['gone']).some((state) => state === standing(each)))
    .map((each) => `${each.name} is ${each.state}, expected ${(expected[each.name] ?? ['gone']).join(' or ')}`)
  const missing = Object.entries(expected)
    .filter(([name, states]) => !states.includes('gone') && !listed.some((each) => each.name === name))
    .map(([name]) => `${name} is not in the vault`)
  const pending = listed
    .filter((each) => each.pending.length > 0 || each.alsoHeld.length > 0)
    .map((each) => `${each.name} has pending: ${each.pending.join(', ')}, also held: ${each.alsoHeld.length}`)
  return [...wrong, ...missing, ...pending]
}

const wrongSecrets = async (bench: Bench, held: ReadonlyArray<Listed>): Promise<ReadonlyArray<string>> => {
  const problems = await Promise.all(
    held.map(async ({ name, hash }) => {
      const { code, stdout } = await bench.run(['get', name])
      return code === 0 && sha256(stdout) === hash ? [] : [`get ${name} exited ${String(code)}, its secret does not fit its hash`]
    }),
  )
  return problems.flat()
}

interface Stored {
  readonly integrity: unknown
  readonly sealed: ReadonlyArray<Row>
}

/** The database of a vault, as a stranger to the program opens it. */
export const openDatabase = (home: string): Connection => {
  const driver = libsqlDriver()
  if (driver === null) throw new Error('libsql is not installed')
  return driver.open(join(home, 'vault.db'))
}

const stored = (home: string): Stored => {
  const connection = openDatabase(home)
  try {
    const integrity = connection.prepare('PRAGMA integrity_check').all()[0]?.['integrity_check']
    return { integrity, sealed: connection.prepare("SELECT owner, bytes FROM sealed WHERE stream LIKE 'key/%'").all() }
  } finally {
    connection.close()
  }
}

const bytesOf = (row: Row): Buffer => Buffer.from(row['bytes'] as Uint8Array)

/** Sealed secrets of keys that are no longer held: rows, and the bytes that such rows once had. */
const unshredded = (home: string, saved: Saved, held: ReadonlyArray<Listed>): ReadonlyArray<string> => {
  const lineages = new Set(held.map(({ lineage }) => lineage))
  const files = filesIn(home)
  const before = stored(join(saved.folder, 'vault')).sealed.filter((row) => !lineages.has(String(row['owner'])))
  const remaining = before.filter((row) => files.some(([, bytes]) => bytes.includes(bytesOf(row).subarray(16, 48))))
  const now = stored(home)
  const rows = now.sealed.filter((row) => !lineages.has(String(row['owner'])))
  const missing = [...lineages].filter((lineage) => !now.sealed.some((row) => row['owner'] === lineage))
  return [
    ...remaining.map((row) => `still in the files: the sealed secret of ${String(row['owner'])}`),
    ...rows.map((row) => `still sealed: ${String(row['owner'])}`),
    ...missing.map((lineage) => `not sealed: ${lineage}`),
    ...(now.integrity === 'ok' ? [] : [`integrity_check: ${String(now.integrity)}`]),
  ]
}

/** Every secret that was ever given out, looked for in all files and in all that programs wrote. */
export const leaksOf = ({ folder, front, saved, told }: Bench): ReadonlyArray<string> => {
  const canaries = makeCanaries()
  for (const secret of [...saved.secrets, ...front.secrets]) canaries.add(secret)
  canaries.searchFolder(folder)
  for (const [where, text] of told) canaries.search(where, text)
  return canaries.leaks.map((leak) => `leaked: ${leak}`)
}

const listAll = async (bench: Bench): Promise<ReadonlyArray<Listed> | string> => {
  const { code, stdout, stderr } = await bench.run(['list', '--all', '--json'])
  return code === 0 ? (JSON.parse(stdout) as ReadonlyArray<Listed>) : `list exited ${String(code)}: ${stderr}`
}

/**
 * Everything that must hold of a vault on which nothing runs and nothing is pending. Says what does not. Every secret is asked
 * for, or with `handedOut` only those of these names, which takes fewer processes.
 */
export const problemsOf = async (bench: Bench, expected: Expected, handedOut?: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const listed = await listAll(bench)
  if (typeof listed === 'string') return [listed]
  const held = listed.filter(({ state }) => state !== 'removed')
  return [
    ...wrongStates(listed, expected),
    ...wrongAtRemote(bench, held),
    ...repeatedCreations(bench),
    ...(await wrongSecrets(bench, handedOut === undefined ? held : held.filter(({ name }) => handedOut.includes(name)))),
    ...unshredded(bench.home, bench.saved, held),
    ...leaksOf(bench),
  ]
}
