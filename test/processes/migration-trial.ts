import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { loadDriver } from '../../src/adapters/sqlite-log/load-driver.js'
import { promises, reveal } from '../../src/index.js'
import type { BuiltCli } from './built-cli.js'
import { type Ended, startCli } from './run-cli.js'

/** Where the first command on a vault of an older format is cut short: from the nth such call on all fail, or it is killed there. */
export interface Cut {
  readonly call: 'pwrite64' | 'fsync' | 'fdatasync'
  readonly how: 'EIO' | 'ENOSPC' | 'EROFS' | 'SIGKILL'
  readonly nth: number
}

export const migrationLabel = ({ call, how, nth }: Cut): string => `an older vault that is lifted, ${how} at ${call} ${nth}`

const golden = join(import.meta.dirname, '../adapters/sqlite-log/golden/format-1')
const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as Readonly<Record<'states' | 'secrets', Readonly<Record<string, string>>>>
const events = 'SELECT rowid, sequence, stream, version, type, schema, at, hex(data) AS data FROM events ORDER BY sequence'

interface Place {
  readonly folder: string
  readonly home: string
  readonly key: string
  readonly head: string
}

const makePlace = (): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-older-'))
  const place = { folder, home: join(folder, 'vault'), key: join(folder, 'own/vault.key'), head: join(folder, 'own/vault.head') }
  for (const each of [place.home, join(folder, 'own')]) mkdirSync(each, { mode: 0o700 })
  for (const [from, to] of [['vault.db', join(place.home, 'vault.db')], ['vault.key', place.key]] as const) {
    cpSync(join(golden, from), to)
    chmodSync(to, 0o600)
  }
  return place
}

/** What it tells needs proofs, so that it cannot come from a vault that was not lifted. */
const getAlpha = async (cli: BuiltCli, { folder, home, key, head }: Place, under: ReadonlyArray<string>): Promise<Ended> => {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, LEAN_VAULT_HOME: home, LEAN_VAULT_MASTER_KEY_FILE: key, LEAN_VAULT_HEAD: head }
  return await startCli(cli, { args: ['get', 'alpha'], env, under }).ended
}

const straced = ({ home }: Place, ...more: ReadonlyArray<string>): ReadonlyArray<string> => [
  'strace',
  '-f',
  '-qq',
  ...['vault.db', 'vault.db-wal', 'vault.db-journal'].flatMap((name) => ['-P', join(home, name)]),
  ...more,
]

const errors = ['EIO', 'ENOSPC', 'EROFS'] as const

/** Every place where it can be cut short, counted in a run that nobody disturbed. Needs strace. */
export const migrationCuts = async (cli: BuiltCli): Promise<ReadonlyArray<Cut>> => {
  const place = makePlace()
  const file = join(place.folder, 'calls')
  const { code, stderr } = await getAlpha(cli, place, straced(place, '-o', file, '-e', 'trace=pwrite64,fsync,fdatasync'))
  if (code !== 0) throw new Error(`an older vault could not be lifted: ${stderr}`)
  const lines = readFileSync(file, 'utf8').split('\n')
  rmSync(place.folder, { recursive: true })
  return (['pwrite64', 'fsync', 'fdatasync'] as const).flatMap((call) =>
    lines
      .filter((line) => line.includes(` ${call}(`))
      .flatMap((_, n): ReadonlyArray<Cut> => [
        { call, how: errors[n % 3] ?? 'EIO', nth: n + 1 },
        { call, how: 'SIGKILL', nth: n + 1 },
      ]),
  )
}

const rowsOf = async (file: string): Promise<string> => {
  const driver = await loadDriver('auto')
  const connection = driver?.open(file)
  const rows = connection?.prepare(events).all().map((row) => ({ ...row }))
  connection?.close()
  return JSON.stringify(rows)
}

/** What is not as it was told before, once nothing is in the way any more. */
const problemsOf = async ({ home, key, head }: Place): Promise<ReadonlyArray<string>> => {
  const vault = await promises.openVault({ home, masterKeyFile: key, headFile: head })
  const states = Object.fromEntries((await vault.list({ all: true })).map(({ name, state }) => [name, state]))
  const wrong = Object.keys(expected.secrets).filter((name) => states[name] !== expected.states[name])
  for (const [name, secret] of Object.entries(expected.secrets)) if (reveal((await vault.get(name)).secret) !== secret) wrong.push(`the secret of ${name}`)
  await vault.close()
  const { damage } = await promises.auditVault({ home, masterKeyFile: key, headFile: head })
  return [...wrong.map((each) => `${each} is not what it was`), ...damage.map(({ where, what }) => `${where}: ${what}`)]
}

/** 8 and nothing told, or the secret told; nothing else. */
const lawful = ({ how }: Cut, { code, signal, stdout, stderr }: Ended): boolean => {
  if (how === 'SIGKILL' && (signal === 'SIGKILL' || code === 137)) return true
  return code === 0 ? stdout.trim() === expected.secrets['alpha'] : code === 8 && stdout === '' && stderr.startsWith('error: ')
}

/** The first command on a vault of an older format, cut short. The next one finds all that there was, and no event rewritten. */
export const tryMigration = async (cli: BuiltCli, cut: Cut): Promise<{ readonly code: number | null; readonly problems: ReadonlyArray<string> }> => {
  const place = makePlace()
  const { call, how, nth } = cut
  try {
    const inject = how === 'SIGKILL' ? `signal=SIGKILL:when=${nth}` : `error=${how}:when=${nth}+`
    const ended = await getAlpha(cli, place, straced(place, '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${inject}`))
    const problems = [
      ...(lawful(cut, ended) ? [] : [`it exited ${String(ended.code)}: ${ended.stderr}`]),
      ...(await problemsOf(place)),
      ...((await rowsOf(join(place.home, 'vault.db'))) === (await rowsOf(join(golden, 'vault.db'))) ? [] : ['an event was rewritten']),
    ]
    return { code: ended.code, problems: problems.map((each) => `${migrationLabel(cut)}: ${each}`) }
  } finally {
    rmSync(place.folder, { recursive: true, force: true })
  }
}
