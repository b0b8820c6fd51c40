import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Sandbox, startSandbox } from '../../src/index.js'
import { buildProgram, type Ended, makePlace, type Place } from './built-program.js'

const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'
/** `script` of util-linux gives a process a terminal. https://man7.org/linux/man-pages/man1/script.1.html */
const giver = 'script'
const isHere = String(spawnSync(giver, ['--version']).stdout).includes('util-linux')

let program: Awaited<ReturnType<typeof buildProgram>>
let sandbox: Sandbox
let place: Place

/** Runs the program at a terminal, and types an answer when a question has been shown. */
const atTerminal = (argv: ReadonlyArray<string>, question: string, answer: string): Promise<Ended> =>
  new Promise((resolve) => {
    const command = [process.execPath, program.file, ...argv].map((word) => `'${word}'`).join(' ')
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: place.folder,
      TERM: 'xterm',
      LEAN_VAULT_HOME: join(place.folder, 'vault'),
      OPENROUTER_BASE_URL: sandbox.url,
    }
    const child = spawn(giver, ['-q', '-e', '-c', command, '/dev/null'], { env, stdio: 'pipe' })
    const out = { stdout: '', stderr: '' }
    let isAnswered = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out.stdout += text
      if (isAnswered || !out.stdout.includes(question)) return
      isAnswered = true
      // A prompt listens a moment after it is drawn.
      setTimeout(() => child.stdin.write(answer), 300)
    })
    child.once('close', (code, signal) => resolve({ code, signal, ...out }))
  })

const suite = (): void => {
  beforeAll(async () => {
    program = await buildProgram()
    const started = await startSandbox()()
    if (E.isLeft(started)) throw new Error(started.left.message)
    sandbox = started.right
    place = makePlace(program.file, { OPENROUTER_BASE_URL: sandbox.url })
  }, 60_000)
  afterAll(async () => {
    await sandbox.close()
    place.dispose()
    program.dispose()
  })

  it('Ctrl-C at the question for the management key breaks off, and makes nothing', async () => {
    const ended = await atTerminal(['init'], 'OpenRouter management key', '\u0003')
    expect(ended.code).toBe(130)
    expect(await place.run(['list'])).toMatchObject({ code: 8 })
  })

  it('Ctrl-D at that question declines, and makes nothing', async () => {
    const ended = await atTerminal(['init'], 'OpenRouter management key', '\u0004')
    expect(ended.code).toBe(2)
    expect(ended.stdout).toContain('Declined. Nothing was changed.')
    expect(await place.run(['list'])).toMatchObject({ code: 8 })
  })

  it('the management key is typed unseen', async () => {
    const ended = await atTerminal(['init'], 'OpenRouter management key', `${sandbox.managementKey}\r`)
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('The vault is ready.')
    expect(ended.stdout).not.toContain(sandbox.managementKey)
    expect(ended.stdout).not.toContain(sandbox.managementKey.slice(9, 29))
  })

  it('remove shows what it will do, and takes Enter for no', async () => {
    await place.run(['add', 'k', '--monthly-limit', '5'])
    const ended = await atTerminal(['remove', 'k'], 'Remove k?', '\r')
    expect(ended.code).toBe(2)
    for (const shown of ['k', '$5.00', 'sk-or-v1-', 'Spent this month', 'Declined']) expect(ended.stdout).toContain(shown)
    expect(await place.run(['get', 'k'])).toMatchObject({ code: 0 })
  })

  it('remove takes Ctrl-D for no', async () => {
    const ended = await atTerminal(['remove', 'k'], 'Remove k?', '\u0004')
    expect(ended.code).toBe(2)
    expect(ended.stdout).toContain('Declined. Nothing was changed.')
    expect(await place.run(['get', 'k'])).toMatchObject({ code: 0 })
  })

  it('remove goes on after yes', async () => {
    const ended = await atTerminal(['remove', 'k'], 'Remove k?', 'y')
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('Removed k.')
    expect(await place.run(['get', 'k'])).toMatchObject({ code: 3 })
  })
}

if (isHere || required) describe('at a terminal', suite)
else {
  console.warn('skipped: the program at a terminal (needs script of util-linux)')
  describe('at a terminal', () => it.skip('needs script of util-linux', () => undefined))
}
