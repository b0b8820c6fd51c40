import { spawnSync } from 'node:child_process'
import { createSecretKey } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { type RunTool, systemKeychain } from '../../../src/adapters/keychain/keychain.js'

const key = createSecretKey(Buffer.alloc(32, 7))
const text = Buffer.alloc(32, 7).toString('base64url')

/** A tool of the system that keeps what it reads on standard input, and each call of it. */
const makeTool = (isHere: boolean) => {
  const calls: Array<{ readonly args: string; readonly input: string }> = []
  let kept = ''
  const run: RunTool = (command, args, input) => {
    calls.push({ args: [command, ...args].join(' '), input })
    if (!isHere) return Promise.resolve({ _tag: 'NotRun', reason: 'ENOENT' })
    if (args[0] === 'store' || args[0] === '-i') kept = /[A-Za-z0-9_-]{43}/.exec(input)?.[0] ?? ''
    const asked = args[0] === 'lookup' || args[0] === 'find-generic-password'
    return Promise.resolve({ _tag: 'Ended', code: asked && kept === '' ? 1 : 0, stdout: asked ? `${kept}\n` : '' })
  }
  return { run, calls }
}

describe.each(['linux', 'darwin'])('the keychain of %s', (platform) => {
  it('is handed the key on standard input and never in arguments, and is asked what it kept', async () => {
    const { run, calls } = makeTool(true)
    const keychain = systemKeychain(platform, run)
    expect(await keychain.store('acc', key)()).toMatchObject({ _tag: 'Right' })
    const found = await keychain.lookup('acc')()
    expect(found._tag === 'Right' && found.right.equals(key)).toBe(true)
    expect(calls.some(({ input }) => input.includes(text))).toBe(true)
    expect(calls.filter(({ args }) => args.includes(text))).toEqual([])
  })

  it('that is not here says so', async () => {
    const keychain = systemKeychain(platform, makeTool(false).run)
    for (const work of [keychain.store('acc', key), keychain.lookup('acc'), keychain.clear('acc')])
      expect(await work()).toMatchObject({ left: { reason: 'unavailable' } })
  })
})

describe('the Secret Service', () => {
  it('keeps a key, gives it back and forgets it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lean-vault-keychain-'))
    mkdirSync(join(folder, 'run'), { mode: 0o700 })
    const child = fileURLToPath(new URL('children/round-trip.ts', import.meta.url))
    const script = `command -v secret-tool >/dev/null && printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" --import tsx "$1"`
    const ran = spawnSync('dbus-run-session', ['--', 'sh', '-c', script, process.execPath, child], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run') },
      timeout: 50_000,
    })
    rmSync(folder, { recursive: true, force: true })
    if (ran.error !== undefined || !ran.stdout.includes('{')) {
      if (process.env['LEAN_VAULT_REQUIRE_ALL'] === '1') throw new Error(`no Secret Service here: ${ran.stderr}`)
      console.warn('skipped: keys in the Secret Service (it needs dbus, gnome-keyring and libsecret-tools)')
      return
    }
    expect(JSON.parse(ran.stdout.slice(ran.stdout.indexOf('{')))).toEqual({ stored: 'Right', same: true, gone: 'Left' })
  }, 60_000)
})
