import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext, Script } from 'node:vm'

import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { VaultError } from '../../src/index.js'
import { type Bench, makeBench } from './bench.js'
import { expectGolden, makeTranscript } from './transcript.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

let bench: Bench
beforeAll(() => {
  bench = makeBench()
})
afterAll(() => bench.dispose())

const locked = (): TE.TaskEither<VaultError, never> =>
  TE.left({ _tag: 'VaultUnavailable', reason: 'locked', message: 'its log is being written for longer than 5 seconds' })

/** The key file of the vault that was made last. */
const keyFileOf = async (home: string): Promise<string> => {
  const folder = join(bench.folder, 'config/lean-vault')
  const before = new Set(readdirSync(folder))
  await bench.run(['init', '--home', home], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })
  return join(folder, readdirSync(folder).find((name) => !before.has(name) && name.endsWith('.key')) ?? '')
}

describe('the likeliest mistakes', () => {
  it('are each answered by one sentence with the next step', async () => {
    const transcript = makeTranscript(bench)
    const sh = transcript.type
    const exits: Array<number> = []
    const wrong = async (...given: Parameters<typeof sh>): Promise<void> => void exits.push(await sh(...given))

    await wrong('list')
    await bench.run(['init'], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })
    await bench.run(['add', 'my-key', '--monthly-limit', '100'])
    await bench.run(['add', 'spent', '--monthly-limit', '0'])
    await wrong('get my-key', { env: { LEAN_VAULT_MASTER_KEY_FILE: await keyFileOf(join(bench.folder, 'other')) } })
    await wrong('credentials set', { stdin: 'sk-or-v1-of-somebody-else' })
    await wrong('list', { library: { openVault: locked } })
    await wrong('add another --monthly-limit 5', { faults: '*:refused-connection' })
    await wrong('lits')
    await wrong('get my-kye')
    await wrong('show my-key --jsno')
    await wrong('add my-key')
    await wrong('get-usage spent --check')
    await bench.run(['remove', 'my-key', '--yes'], { faults: 'DELETE /keys/*:5xx-before(503)' })
    await wrong('add my-key')
    await wrong('remove spent')
    await wrong('remove spent --yse', { columns: 80 })
    expect(exits).toEqual([8, 8, 5, 8, 6, 2, 3, 2, 4, 9, 4, 2, 2])
    expectGolden('mistakes', transcript.text())
    expect(transcript.text().match(/^(error|hint): .{200,}$/gm)).toBeNull()
  })
})

describe('an old Node', () => {
  const entry = readFileSync(join(root, 'scripts/bin-entry.cjs'), 'utf8')
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly engines: { readonly node: string } }

  /** What the first lines say on a Node of this version; null where they go on to the program. */
  const saidOn = (version: string, ...argv: ReadonlyArray<string>): string | null => {
    const said: Array<string> = []
    const process = { versions: { node: version }, argv: ['node', 'lean-vault', ...argv], exitCode: 0 }
    const context = createContext({ process, console: { error: (text: string) => void said.push(text) }, load: () => undefined })
    runInContext(entry.replace("require('./start.cjs')", 'load()'), context)
    expect(process.exitCode).toBe(said.length === 0 ? 0 : 8)
    return said[0] ?? null
  }

  it.each(['20.18.1', '20.19.0', '22.0.0', '100.0.0'])('is not %s', (version) => expect(saidOn(version)).toBeNull())

  it.each(['10.24.1', '18.20.8', '20.17.9', '20.18.0'])('is %s, and is told what it needs', (version) => {
    expect(saidOn(version)).toMatch(new RegExp(`^error: Lean Vault needs Node 20\\.18\\.1 or later, and this is Node ${version}\\.\nhint: .+$`))
    expect(JSON.parse(saidOn(version, 'list', '--json') ?? '')).toMatchObject({ error: { tag: 'NodeTooOld', retryable: false } })
  })

  it('is what package.json says', () => expect(engines.node).toBe('>=20.18.1'))

  it('can read the first file: it says nothing that is newer than 2009', () => {
    expect(entry).not.toMatch(/=>|\b(const|let|class|await|async)\b|`|\?\.|\?\?/)
    expect(() => new Script(entry)).not.toThrow()
  })
})
