import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { type Sandbox, startSandbox } from '../../src/index.js'
import { buildProgram, makePlace, type Place } from './built-program.js'

let program: Awaited<ReturnType<typeof buildProgram>>
let sandbox: Sandbox
let place: Place

beforeAll(async () => {
  program = await buildProgram()
}, 60_000)
afterAll(() => program.dispose())

beforeEach(async () => {
  const started = await startSandbox()()
  if (E.isLeft(started)) throw new Error(started.left.message)
  sandbox = started.right
  place = makePlace(program.file, { OPENROUTER_BASE_URL: sandbox.url, LEAN_VAULT_RETRY_BUDGET_MS: '2000' })
})
afterEach(async () => {
  await sandbox.close()
  place.dispose()
})

const begin = async (): Promise<void> => {
  expect(await place.run(['init'], {}, `${sandbox.managementKey}\n`)).toMatchObject({ code: 0 })
  expect(await place.run(['add', 'k', '--monthly-limit', '5'])).toMatchObject({ code: 0 })
}

/** Until the sandbox has been asked something new by this method. */
const asked = async (method: string): Promise<void> => {
  const before = sandbox.world.journal.length
  while (!sandbox.world.journal.slice(before).some((entry) => entry.method === method))
    await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('the built program', () => {
  it('goes from init to a proven removal', async () => {
    await begin()
    const got = await place.run(['get', 'k'])
    expect(got).toMatchObject({ code: 0, stderr: '' })
    expect(got.stdout).toMatch(/^sk-or-v1-[0-9a-f]{64}$/)
    const listed = JSON.parse((await place.run(['list', '--json'])).stdout) as ReadonlyArray<unknown>
    expect(listed).toMatchObject([{ name: 'k', state: 'active', limits: { monthlySpend: 5 } }])
    const removed = await place.run(['remove', 'k', '--yes', '--json'])
    expect(removed).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(removed.stdout)).toMatchObject({ name: 'k', outcome: 'removed', remote: 'revoked', proof: 'strong' })
    expect(await place.run(['get', 'k'])).toMatchObject({ code: 3, stdout: '' })
    expect(existsSync(join(place.folder, '.config/lean-vault'))).toBe(true)
  })

  it('asks nobody without a terminal: exit 2, and names what would have helped', async () => {
    const init = await place.run(['init'])
    expect(init).toMatchObject({ code: 2, stdout: '' })
    expect(init.stderr).toContain('LEAN_VAULT_MANAGEMENT_KEY')
    await begin()
    const remove = await place.run(['remove', 'k'])
    expect(remove).toMatchObject({ code: 2, stdout: '' })
    expect(remove.stderr).toContain('--yes')
  })

  it('edits and heeds config.yaml', async () => {
    expect(await place.run(['config', 'set', 'settleMs', '5'])).toMatchObject({ code: 0 })
    const config = JSON.parse((await place.run(['config', '--json'])).stdout) as Record<string, unknown>
    expect(config['settleMs']).toMatchObject({ value: 5, origin: 'file' })
  })

  it.each([['get', 'k'], ['list', '--json'], ['--help']])('does not say that all went well when its output is lost: %s %s', async (...argv) => {
    await begin()
    const command = [process.execPath, program.file, ...argv].map((word) => `'${word}'`).join(' ')
    const env = { PATH: process.env['PATH'] ?? '', HOME: place.folder, LEAN_VAULT_HOME: join(place.folder, 'vault') }
    const ended = spawnSync('sh', ['-c', `${command} > /dev/full`], { env, encoding: 'utf8' })
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('could not be written to standard output (ENOSPC)')
  })

  it('does not mind a reader that goes away', async () => {
    await begin()
    const started = place.start(['history', 'k', '--json'])
    started.child.stdout?.destroy()
    const ended = await started.ended
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops between two steps on %s, and can go on', async (signal, code) => {
    await begin()
    sandbox.setFaults('POST /keys:slow(700)')
    const started = place.start(['add', 'second', '--json'])
    await asked('POST')
    started.child.kill(signal)
    const ended = await started.ended
    expect(ended).toMatchObject({ code, signal: null })
    expect(JSON.parse(ended.stdout)).toMatchObject({ outcome: 'incomplete', pending: ['activation'] })
    sandbox.setFaults('')
    expect(await place.run(['reconcile'])).toMatchObject({ code: 0 })
    expect((await place.run(['get', 'second'])).stdout).toMatch(/^sk-or-v1-/)
    expect([...sandbox.world.account.keys.values()].filter((key) => key.name.startsWith('second'))).toHaveLength(1)
  })

  it('ends at once on a second signal, and is found whole', async () => {
    await begin()
    sandbox.setFaults('POST /keys:slow(20000)')
    const started = place.start(['add', 'second'])
    await asked('POST')
    const begun = Date.now()
    started.child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 200))
    started.child.kill('SIGINT')
    expect(await started.ended).toMatchObject({ code: 130 })
    expect(Date.now() - begun).toBeLessThan(5000)
    expect(await place.run(['get', 'k'])).toMatchObject({ code: 0 })
  })

  it('follows the history until it is told to stop', async () => {
    await begin()
    const started = place.start(['history', '--follow', '--json'])
    await started.says('Activated')
    expect(await place.run(['suspend', 'k'])).toMatchObject({ code: 0 })
    await started.says('ContainmentRequested')
    started.child.kill('SIGTERM')
    expect(await started.ended).toMatchObject({ code: 143, stderr: '' })
  })

  it('watches until it is told to stop, serves what it knows, and gives its lease back', async () => {
    await begin()
    const started = place.start(['watch', '--json', '--interval', '5s'])
    await started.says('"state":"passed"')
    expect(JSON.parse((await place.run(['watch', '--once', '--json'])).stdout)).toMatchObject({ state: 'standby' })
    started.child.kill('SIGTERM')
    const ended = await started.ended
    expect(ended).toMatchObject({ code: 143 })
    expect(JSON.parse(ended.stdout.split('\n')[0] ?? '')).toMatchObject({ problem: null, keys: 1 })
    const after = await place.run(['watch', '--once', '--json'])
    expect(JSON.parse(after.stdout)).toMatchObject({ state: 'passed', keys: 1 })
  })

  it('serves a sandbox that another process can use', async () => {
    const started = place.start(['sandbox', '--json'])
    await started.says('\n')
    started.child.kill('SIGINT')
    const ended = await started.ended
    expect(ended).toMatchObject({ code: 130, stderr: '' })
    expect(Object.keys(JSON.parse(ended.stdout) as object)).toEqual(['url', 'managementKey'])
  })
})

describe('exec of the built program', () => {
  const node = process.execPath

  it("gives the secret and not our own variables, and ends with the command's code", async () => {
    await begin()
    const script = 'console.log(JSON.stringify(process.env)); process.exit(7)'
    const ended = await place.run(['exec', 'k', '--', node, '-e', script], { LEAN_VAULT_MANAGEMENT_KEY: sandbox.managementKey })
    expect(ended).toMatchObject({ code: 7, stderr: '' })
    const env = JSON.parse(ended.stdout) as Record<string, string>
    expect(env['OPENROUTER_API_KEY']).toBe((await place.run(['get', 'k'])).stdout)
    expect(Object.keys(env).filter((name) => name.startsWith('LEAN_VAULT_'))).toEqual([])
    expect(ended.stdout).not.toContain(sandbox.managementKey)
  })

  it('ends with 128+n, 125, 126 and 127 as shells do', async () => {
    await begin()
    const codeOf = async (...argv: ReadonlyArray<string>): Promise<number | null> => (await place.run(['exec', ...argv])).code
    expect(await codeOf('k', '--', node, '-e', 'process.kill(process.pid, "SIGKILL")')).toBe(137)
    expect(await codeOf('missing', '--', 'true')).toBe(125)
    expect(await codeOf('k', '--nonsense', '--', 'true')).toBe(125)
    expect(await codeOf('k', '--', join(place.folder, 'vault'))).toBe(126)
    expect(await codeOf('k', '--', 'no-such-command-anywhere')).toBe(127)
  })

  it('passes signals on, and lets the command have the last word', async () => {
    await begin()
    const script = 'process.on("SIGTERM", () => process.exit(9)); console.log("ready"); setInterval(() => {}, 1000)'
    const started = place.start(['exec', 'k', '--', node, '-e', script])
    await started.says('ready')
    started.child.kill('SIGTERM')
    expect(await started.ended).toMatchObject({ code: 9, signal: null })
  })

  it('passes standard input through', async () => {
    await begin()
    const ended = await place.run(['exec', 'k', '--', node, '-e', 'process.stdin.pipe(process.stdout)'], {}, 'through and through')
    expect(ended).toMatchObject({ code: 0, stdout: 'through and through' })
  })
})
