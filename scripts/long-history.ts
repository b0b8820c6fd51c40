// How long `get` takes of a key with a long history, against one with a short history, by the built program.
//
//   npx tsx scripts/long-history.ts [--events 1000000] [--runs 15]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isLeft } from 'fp-ts/lib/Either.js'

import { readKeyFileNow } from '../src/adapters/key-file/read-key-file.js'
import { startSandbox } from '../src/adapters/sandbox/start-sandbox.js'
import { unwrapRing } from '../src/adapters/sealing/key-ring.js'
import { makeLogAuthenticator } from '../src/adapters/sealing/log-authenticator.js'
import { openSqliteStore } from '../src/adapters/sqlite-log/sqlite-store.js'
import type { Millis } from '../src/domain/shared/instant.js'
import { copyBuiltCli } from '../test/processes/built-cli.js'
import { startCli } from '../test/processes/run-cli.js'

const argument = (name: string, usual: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? usual : Number(process.argv[at + 1])
}
const wanted = argument('events', 1_000_000)
const runs = argument('runs', 15)

const rightOf = <A>(result: { readonly _tag: 'Left'; readonly left: unknown } | { readonly _tag: 'Right'; readonly right: A }): A => {
  if (result._tag === 'Left') throw new Error(JSON.stringify(result.left))
  return result.right
}

const cli = copyBuiltCli()
const folder = mkdtempSync(join(tmpdir(), 'lean-vault-long-'))
const managementKey = `sk-or-v1-${'7'.repeat(64)}`
const sandbox = await startSandbox({ managementKey })()
if (isLeft(sandbox)) throw new Error('the sandbox does not start')

const environment = (name: string): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  XDG_CONFIG_HOME: join(folder, `${name}-config`),
  LEAN_VAULT_HOME: join(folder, name),
  LEAN_VAULT_MASTER_KEY_FILE: join(folder, `${name}.key`),
  LEAN_VAULT_MANAGEMENT_KEY: managementKey,
  OPENROUTER_BASE_URL: sandbox.right.url,
})
const run = async (name: string, ...args: ReadonlyArray<string>): Promise<void> => {
  const { code, stderr } = await startCli(cli, { args, env: environment(name) }).ended
  if (code !== 0) throw new Error(`${args.join(' ')} exited ${String(code)}: ${stderr}`)
}

/** The key's last event again and again, which changes nothing of what it is. */
const lengthen = async (name: string, to: number): Promise<void> => {
  const store = rightOf(await openSqliteStore({ folder: join(folder, name), busyTimeout: 1000 as Millis, driver: 'auto' })())
  const [key] = rightOf(readKeyFileNow(join(folder, `${name}.key`)))
  const ring = rightOf(unwrapRing(key, store.info.vaultId, rightOf(await store.keyRing.read()())))
  rightOf(await store.authenticate(makeLogAuthenticator(ring, store.info.vaultId), null)())
  const [last] = rightOf(await store.log.read('key/k', 5)())
  if (last === undefined) throw new Error('the key has no history')
  const again = { type: last.type, schema: last.schema, at: last.at, data: last.data }
  for (let version = 5; version < to; ) {
    const count = Math.min(1000, to - version)
    rightOf(await store.log.commit({ appends: [{ stream: 'key/k', expectedVersion: version, records: [again, ...Array.from({ length: count - 1 }, () => again)] }], seal: [] })())
    version += count
    // As in a life of commands, each of which reads what is new.
    if (version % 50_000 < 1000) await run(name, 'get', 'k')
  }
  await store.log.close()()
}

const milliseconds = (name: string): number => {
  const begun = performance.now()
  const { status } = spawnSync(cli.node, ['--disable-warning=ExperimentalWarning', cli.entry, 'get', 'k'], { env: environment(name), stdio: 'ignore' })
  if (status !== 0) throw new Error(`get exited ${String(status)}`)
  return performance.now() - begun
}

const median = (all: ReadonlyArray<number>): number => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

for (const [name, events] of [['short', 10], ['long', wanted]] as const) {
  await run(name, 'init')
  await run(name, 'add', 'k')
  await lengthen(name, events)
  await run(name, 'get', 'k')
}
const taken = { short: [] as Array<number>, long: [] as Array<number> }
for (let n = 0; n < runs; n += 1) for (const name of ['short', 'long'] as const) taken[name].push(milliseconds(name))
const [short, long] = [median(taken.short), median(taken.long)]
console.log(`get, median of ${runs} runs: ${short.toFixed(1)} ms with 10 events, ${long.toFixed(1)} ms with ${wanted}: ${(long / short).toFixed(2)} times`)

await sandbox.right.close()
rmSync(folder, { recursive: true, force: true })
cli.remove()
