import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { type Bench, openBench, type RunOptions, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { filesIn, makeCanaries } from './canaries.js'
import { leaksOf } from './check-bench.js'
import { backupPhrase, before, type Custody } from './custody-scenarios.js'
import type { Trial } from './kill-trial.js'
import type { Ended } from './run-cli.js'

/** Where a command is cut short: killed around a commit, killed before a system call, or with a system call that fails. */
export type Cut =
  | { readonly _tag: 'Commit'; readonly nth: number; readonly side: 'before' | 'after' }
  | { readonly _tag: 'Kill'; readonly call: string; readonly nth: number }
  | { readonly _tag: 'Error'; readonly call: string; readonly nth: number; readonly code: 'EIO' | 'ENOSPC' }

export const cutLabel = ({ name }: Custody, cut: Cut): string => {
  switch (cut._tag) {
    case 'Commit':
      return `${name}, killed ${cut.side} commit ${cut.nth}`
    case 'Kill':
      return `${name}, killed before ${cut.call} ${cut.nth}`
    case 'Error':
      return `${name}, ${cut.code} at ${cut.call} ${cut.nth}`
  }
}

/** The system calls that make, name, fill and sync files. Node itself makes none of them, so their numbers stay the same. */
const changingCalls = ['mkdir', 'chmod', 'fchmod', 'link', 'rename', 'unlink', 'rmdir', 'pwrite64', 'fsync', 'fdatasync', 'ftruncate'] as const

const straced = (inject: string, call: string): RunOptions => ({
  under: ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${inject}`],
})

const optionsOf = (cut: Cut): RunOptions => {
  switch (cut._tag) {
    case 'Commit':
      return { point: { at: 'commit', nth: cut.nth, side: cut.side, signal: 'SIGKILL' } }
    case 'Kill':
      return straced(`signal=SIGKILL:when=${cut.nth}`, cut.call)
    case 'Error':
      return straced(`error=${cut.code}:when=${cut.nth}`, cut.call)
  }
}

/** On an empty machine there is nothing but the backup. */
const readyFor = async (cli: BuiltCli, saved: Saved, { from }: Custody): Promise<Bench> => {
  const bench = await openBench(cli, saved)
  if (from === 'backup') {
    rmSync(bench.home, { recursive: true })
    rmSync(join(bench.folder, 'config/lean-vault'), { recursive: true })
  }
  return bench
}

/** All points of one command, counted in a run that nobody disturbed. */
export const cutsOf = async (cli: BuiltCli, saved: Saved, custody: Custody): Promise<ReadonlyArray<Cut>> => {
  const [counted, traced] = [await readyFor(cli, saved, custody), await readyFor(cli, saved, custody)]
  const report = join(counted.folder, 'commits')
  const calls = join(traced.folder, 'calls')
  const runs = [
    await counted.run([...custody.args(counted), '--json'], { env: custody.env(counted), point: { report } }),
    await traced.run([...custody.args(traced), '--json'], {
      env: custody.env(traced),
      under: ['strace', '-f', '-qq', '-o', calls, '-e', `trace=${changingCalls.join(',')}`],
    }),
  ]
  for (const { code, stderr } of runs) if (code !== 0) throw new Error(`${custody.name} exited ${String(code)}: ${stderr}`)
  // A backup commits nothing.
  const commits = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n').length : 0
  const lines = readFileSync(calls, 'utf8').split('\n')
  await Promise.all([counted.close(), traced.close()])
  return [
    ...Array.from({ length: commits }, (_, n) => n + 1).flatMap((nth): ReadonlyArray<Cut> => [
      { _tag: 'Commit', nth, side: 'before' },
      { _tag: 'Commit', nth, side: 'after' },
    ]),
    ...changingCalls.flatMap((call) =>
      lines
        .filter((line) => line.includes(` ${call}(`))
        .flatMap((_, n): ReadonlyArray<Cut> => [
          { _tag: 'Kill', call, nth: n + 1 },
          { _tag: 'Error', call, nth: n + 1, code: n % 2 === 0 ? 'EIO' : 'ENOSPC' },
        ]),
    ),
  ]
}

type Env = Readonly<Record<string, string>>

/** The first of these environments in which the vault hands out its secret, or why none did. */
const openedBy = async (bench: Bench, envs: ReadonlyArray<Env>): Promise<Env | string> => {
  const said: Array<string> = []
  for (const env of envs) {
    const { code, stdout, stderr } = await bench.run(['get', 'held'], { env })
    if (code === 0 && bench.saved.secrets.includes(stdout)) return env
    said.push(`get exited ${String(code)}: ${stderr.trim()}`)
  }
  return said.join('; ')
}

const keyFiles = ({ folder }: Bench): ReadonlyArray<readonly [string, Buffer]> =>
  filesIn(folder).filter(([path]) => /config\/.*\.key(\.[0-9a-f]+)?$/.test(path))

/** The vault key belongs into its file and nowhere else: not into the vault, nor into what is told. */
const keyLeaks = (bench: Bench): ReadonlyArray<string> => {
  const canaries = makeCanaries()
  const encoded = [...keyFiles(bench), ...filesIn(bench.folder).filter(([path]) => path.includes('/tools/entries/'))].flatMap(([, bytes]) => bytes.toString('utf8').match(/[\w-]{43}/g) ?? [])
  for (const each of encoded) {
    canaries.add(each)
    canaries.add(Buffer.from(each, 'base64url').toString('hex'))
  }
  const places = new Set(keyFiles(bench).map(([path]) => path))
  for (const [path, bytes] of filesIn(bench.folder)) if (!places.has(path) && !path.includes('/tools/')) canaries.search(path, bytes)
  for (const [where, text] of bench.told) canaries.search(where, text)
  return canaries.leaks.map((leak) => `leaked of the vault key: ${leak}`)
}

const leaks = (bench: Bench): ReadonlyArray<string> => [...leaksOf(bench), ...keyLeaks(bench)]

/** Exit 8 says that nothing was done, 0 that all was. What fails after the effect may be told as either of 0, 7 and 8, if what is told is so. */
const lawful = ({ code, signal, stderr, stdout }: Ended): ReadonlyArray<string> =>
  signal !== null || [0, 4, 7, 8].includes(code ?? -1) ? [] : [`it exited ${String(code)}: ${stderr}${stdout}`]

const isVaultThere = ({ home }: Bench): boolean => {
  try {
    return readdirSync(home).includes('vault.db')
  } catch {
    return false
  }
}

/** What may open the vault by what the command said: the new after 0, the old after 8, and either where it was killed or came half way. */
const whatWasTold = (bench: Bench, custody: Custody, { code }: Ended): ReadonlyArray<Env> => {
  if (code === 0) return [custody.after(bench)]
  return code === 8 ? [before[custody.from]] : [...custody.opens(bench), custody.after(bench)]
}

/** What must hold at once: the vault opens with the old or the new, its whole log proves itself, and nothing leaks. */
const standsAfter = async (bench: Bench, custody: Custody, ended: Ended): Promise<ReadonlyArray<string>> => {
  // A restore that was cut short before its one rename has made no vault.
  if (custody.from === 'backup' && !isVaultThere(bench)) return [...lawful(ended), ...(ended.code === 0 ? ['it said that there is a vault'] : []), ...leaks(bench)]
  const told = whatWasTold(bench, custody, ended)
  const env = await openedBy(bench, told)
  if (typeof env === 'string') return [`the vault does not open: ${env}`, ...leaks(bench)]
  const audit = await bench.run(['audit', 'verify', '--json'], { env })
  return [...lawful(ended), ...(audit.code === 0 ? [] : [`audit verify exited ${String(audit.code)}: ${audit.stdout}${audit.stderr}`]), ...leaks(bench)]
}

/** The same command once more comes to its end, unless it was done already. */
const endsWhenRepeated = async (bench: Bench, custody: Custody): Promise<ReadonlyArray<string>> => {
  // Who changes a passphrase again needs the one that is in force by now.
  const [tried, also] = [custody.env(bench), { ...custody.env(bench), ...custody.after(bench) }]
  const codes: Array<number | null> = []
  const args = [...custody.args(bench), ...(custody.name === 'backup' ? ['--overwrite'] : []), '--json']
  for (const env of [tried, also]) {
    if (custody.from === 'backup' && isVaultThere(bench)) break
    const { code } = await bench.run(args, { env })
    codes.push(code)
    // 2: the recipient is in, or out, already; 8: what was given opens the vault no more.
    if (code === 0 || code === 2) break
  }
  const env = await openedBy(bench, [custody.after(bench)])
  const added = typeof env === 'string' ? null : await bench.run(['add', 'later', '--json'], { env })
  const listed = custody.recipients === undefined || typeof env === 'string' ? null : await bench.run(['vault', 'recipients', 'list', '--json'], { env })
  const found = listed === null ? custody.recipients : (JSON.parse(listed.stdout) as ReadonlyArray<unknown>).length
  return [
    ...(typeof env === 'string' ? [`run again (${codes.join(', ')}) it left a vault that does not open: ${env}`] : []),
    ...(added !== null && added.code !== 0 ? [`add exited ${String(added.code)}: ${added.stderr}${added.stdout}`] : []),
    ...(found === custody.recipients ? [] : [`there are ${String(found)} recipients`]),
  ]
}

/** A backup that is there is whole, whatever became of the command that made it. */
const backupOpens = async (bench: Bench, custody: Custody): Promise<ReadonlyArray<string>> => {
  const file = join(bench.folder, 'config/vault.age')
  if (custody.name !== 'backup' || filesIn(join(bench.folder, 'config')).every(([path]) => path !== file)) return []
  const home = join(bench.folder, 'elsewhere')
  const env = { LEAN_VAULT_HOME: home, XDG_CONFIG_HOME: join(bench.folder, 'other-config'), LEAN_VAULT_IDENTITY_FILE: join(bench.folder, 'config/ann.identity'), LEAN_VAULT_BACKUP_PASSPHRASE: backupPhrase }
  const restored = await bench.run(['restore', file, '--json'], { env })
  const got = await bench.run(['get', 'held'], { env: { ...env, LEAN_VAULT_IDENTITY_FILE: '' } })
  renameSync(home, `${home}-looked-at`)
  return [restored, got].flatMap(({ code, stderr }) => (code === 0 ? [] : [`the backup that is there: exit ${String(code)}: ${stderr}`]))
}

/** One cut of one command, from a copy of a saved vault. */
export const tryCut = async (cli: BuiltCli, saved: Saved, custody: Custody, cut: Cut): Promise<Trial> => {
  const bench = await readyFor(cli, saved, custody)
  const label = cutLabel(custody, cut)
  try {
    const ended = await bench.run([...custody.args(bench), '--json'], { env: custody.env(bench), ...optionsOf(cut) })
    const problems = [
      ...(await standsAfter(bench, custody, ended)),
      ...(await backupOpens(bench, custody)),
      ...(await endsWhenRepeated(bench, custody)),
      ...leaks(bench),
    ]
    return { label, killed: ended.signal === 'SIGKILL', problems: [...new Set(problems)].map((each) => `${label}: ${each}`) }
  } finally {
    await bench.close()
  }
}
