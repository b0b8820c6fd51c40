import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Sandbox, startSandbox } from '../../src/index.js'
import { buildProgram, type Ended, makePlace, type Place } from './built-program.js'

let program: Awaited<ReturnType<typeof buildProgram>>
let sandbox: Sandbox
let place: Place

const wholeFile = (): string => join(dirname(program.file), 'lean-vault.js')

/** The same by the whole program, without the quick start. */
const byWhole = (argv: ReadonlyArray<string>, env: Readonly<Record<string, string>>): Promise<Ended> => {
  const other = makePlace(wholeFile(), { HOME: place.folder, LEAN_VAULT_HOME: join(place.folder, 'vault'), ...env })
  return other.run(argv).finally(() => other.dispose())
}

beforeAll(async () => {
  program = await buildProgram()
  const started = await startSandbox()()
  if (E.isLeft(started)) throw new Error(started.left.message)
  sandbox = started.right
  place = makePlace(program.file, { OPENROUTER_BASE_URL: sandbox.url })
  await place.run(['init'], {}, `${sandbox.managementKey}\n`)
  await place.run(['add', 'held', '--monthly-limit', '5'])
  await place.run(['add', 'paused', '--monthly-limit', '5'])
  await place.run(['suspend', 'paused'])
}, 60_000)
afterAll(async () => {
  await sandbox.close()
  place.dispose()
  program.dispose()
})

describe('the quick start', () => {
  const nowhere = { LEAN_VAULT_HOME: '/nowhere/at/all' }
  it.each<readonly [string, ReadonlyArray<string>, Readonly<Record<string, string>>]>([
    ['hands out a key', ['get', 'held'], {}],
    ['warns of a suspended key', ['get', 'paused'], {}],
    ['knows no such key', ['get', 'none'], {}],
    ['refuses a name', ['get', '.x'], {}],
    ['takes flags', ['get', 'held', '--json'], {}],
    ['shows help', ['get', '--help'], {}],
    ['finds no vault', ['get', 'held'], nowhere],
    ['finds no vault key', ['get', 'held'], { LEAN_VAULT_MASTER_KEY_FILE: '/nowhere/at/all.key' }],
    ['refuses a setting', ['get', 'held'], { LEAN_VAULT_HTTP_TIMEOUT_MS: 'soon' }],
    ['refuses another head', ['get', 'held'], { LEAN_VAULT_HEAD: '/nowhere/at/all.head' }],
  ])('%s as the whole program does', async (_does, argv, env) => {
    expect(await place.run(argv, env)).toEqual(await byWhole(argv, { OPENROUTER_BASE_URL: sandbox.url, ...env }))
  })

  it('leaves a vault with settings of its own to the whole program', async () => {
    const config = join(place.folder, 'vault/config.yaml')
    writeFileSync(config, 'settleMs: 1000\n')
    expect(await place.run(['get', 'held'])).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(config, 'settleMs: never\n')
    expect(await place.run(['get', 'held'])).toMatchObject({ code: 2, stdout: '' })
    rmSync(config)
  })

  describe('keeps the code that it compiled', () => {
    const folder = (): string => join(place.folder, 'cache/lean-vault')
    const kept = (): ReadonlyArray<string> => readdirSync(folder()).filter((each) => each.startsWith('quick-get-'))
    const file = (): string => join(folder(), kept()[0] ?? 'none')
    const get = (): Promise<Ended> => place.run(['get', 'held'], { XDG_CACHE_HOME: join(place.folder, 'cache') })

    it('in one file that nobody else can write, without any part of a secret, and runs by it', async () => {
      const first = await get()
      expect(first).toMatchObject({ code: 0, stderr: '' })
      expect(kept()).toHaveLength(1)
      expect([statSync(file()).mode & 0o777, statSync(folder()).mode & 0o777]).toEqual([0o600, 0o700])
      expect(readFileSync(file()).includes(first.stdout.slice(-16))).toBe(false)
      const before = statSync(file()).mtimeMs
      expect(await get()).toEqual(first)
      expect([kept().length, statSync(file()).mtimeMs]).toEqual([1, before])
    })

    it.each<readonly [string, (code: Buffer) => Buffer]>([
      ['a changed byte', (code) => Buffer.from(code.map((byte, at) => (at === 5_000 ? byte ^ 1 : byte)))],
      ['a cut', (code) => code.subarray(0, code.length >> 1)],
      ['nothing', () => Buffer.alloc(0)],
      ['another program', () => Buffer.from('console.log("not ours")')],
    ])('and makes it anew where it finds %s', async (_, damage) => {
      const good = readFileSync(file())
      writeFileSync(file(), damage(good))
      expect(await get()).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^sk-or-v1-/) as string })
      expect(readFileSync(file()).length).toBeGreaterThan(good.length / 2)
    })

    it('believes no file that others can write, and removes that of another build', async () => {
      chmodSync(file(), 0o622)
      const other = file().replace(/.{8}$/, '00000000')
      writeFileSync(other, 'old')
      expect(await get()).toMatchObject({ code: 0, stderr: '' })
      expect(kept()).toHaveLength(1)
      expect(statSync(file()).mode & 0o777).toBe(0o600)
    })

    it('nowhere, if there is no place for it', async () => {
      expect(await place.run(['get', 'held'], { XDG_CACHE_HOME: '/dev/null/x' })).toMatchObject({ code: 0, stderr: '' })
    })
  })

  it('hands out a key without the rest of the program', async () => {
    rmSync(wholeFile())
    const got = await place.run(['get', 'held'])
    expect(got).toMatchObject({ code: 0, stderr: '' })
    expect(got.stdout).toMatch(/^sk-or-v1-[0-9a-f]{64}$/)
    expect((await place.run(['list'])).code).not.toBe(0)
  })
})
