import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { clipboardTools } from '../../src/cli/desktop/clipboard-tools.js'
import { type Sandbox, startSandbox } from '../../src/index.js'
import { buildProgram, makePlace, type Place } from './built-program.js'

let program: Awaited<ReturnType<typeof buildProgram>>
let sandbox: Sandbox
let place: Place
let env: Readonly<Record<string, string>>
let secret: string

const held = (): string => readFileSync(join(place.folder, 'held'), 'utf8')

const waitFor = async (holds: () => boolean): Promise<boolean> => {
  for (let tries = 0; tries < 100 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50))
  return holds()
}

/** A program that stands for xclip: the clipboard is a file, and each call leaves its arguments and environment behind. */
const fakeXclip = (folder: string): string => `#!/bin/sh
echo "$@" >> '${folder}/calls'
case "$*" in *-out) cat '${folder}/held' ;; *) cat > '${folder}/held' ;; esac
`

beforeAll(async () => {
  program = await buildProgram()
  const started = await startSandbox()()
  if (E.isLeft(started)) throw new Error(started.left.message)
  sandbox = started.right
  place = makePlace(program.file, { OPENROUTER_BASE_URL: sandbox.url })
  const bin = join(place.folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'xclip'), fakeXclip(place.folder))
  chmodSync(join(bin, 'xclip'), 0o755)
  env = { DISPLAY: ':0', PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  await place.run(['init'], { LEAN_VAULT_MANAGEMENT_KEY: sandbox.managementKey })
  await place.run(['add', 'k'])
  secret = (await place.run(['get', 'k'])).stdout
}, 60_000)
afterAll(async () => {
  await sandbox.close()
  place.dispose()
  program.dispose()
})

describe('get --clip', () => {
  it('copies by standard input, comes back at once, and the clipboard is emptied in time', async () => {
    const ran = await place.run(['get', 'k', '--clip', '--clear-after', '1'], env)
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain('It is cleared in a second, if it is still there.')
    expect(ran.stdout).not.toContain(secret)
    expect(held()).toBe(secret)
    expect(await waitFor(() => held() === '')).toBe(true)
    const calls = readFileSync(join(place.folder, 'calls'), 'utf8')
    expect(calls).not.toContain('sk-or')
    expect(calls.trim().split('\n')).toHaveLength(3)
  })

  it('leaves what somebody else has copied since', async () => {
    await place.run(['get', 'k', '--clip', '--clear-after', '1'], env)
    writeFileSync(join(place.folder, 'held'), 'something else')
    const calls = (): number => readFileSync(join(place.folder, 'calls'), 'utf8').trim().split('\n').length
    const before = calls()
    expect(await waitFor(() => calls() > before)).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(held()).toBe('something else')
  })

  it('says so where the program fails, or where there is no desktop', async () => {
    writeFileSync(join(place.folder, 'bin/xclip'), '#!/bin/sh\nexit 1\n')
    expect(await place.run(['get', 'k', '--clip'], env)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('xclip failed. Nothing was copied.') as string })
    expect(await place.run(['get', 'k', '--clip'])).toMatchObject({ code: 2, stderr: expect.stringContaining('No clipboard can be reached here.') as string })
  })

  it('leaves no file behind but compiled code without a secret', () => {
    expect(existsSync(join(place.folder, 'vault'))).toBe(true)
    expect(readdirSync(place.folder).filter((name) => !/^(vault|bin|held|calls|\.config|\.cache)$/.test(name))).toEqual([])
    const kept = join(place.folder, '.cache')
    if (!existsSync(kept)) return
    expect(readdirSync(kept)).toEqual(['lean-vault'])
    for (const file of readdirSync(kept, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()))
      expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toMatch(/sk-or-v1-[0-9a-f]{64}/)
  })
})

describe('the programs that reach a clipboard', () => {
  it.each([
    ['darwin', {}, ['pbcopy']],
    ['win32', {}, ['clip.exe']],
    ['linux', { WSL_DISTRO_NAME: 'Debian', DISPLAY: ':0' }, ['clip.exe']],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }, ['wl-copy', 'xclip', 'xsel']],
    ['linux', { DISPLAY: ':0' }, ['xclip', 'xsel']],
    ['linux', { DISPLAY: '' }, []],
  ])('on %s with %j are %j', (platform, surroundings, programs) => {
    expect(clipboardTools(platform, surroundings).map(({ copy }) => copy[0])).toEqual(programs)
  })
})
