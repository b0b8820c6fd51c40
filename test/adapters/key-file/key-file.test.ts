import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import type { KeyObject } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createKeyFile } from '../../../src/adapters/key-file/create-key-file.js'
import { keyFilePath } from '../../../src/adapters/key-file/key-file-path.js'
import { formatKeyFile, type KeysInFile, parseKeyFile } from '../../../src/adapters/key-file/key-file-format.js'
import { readKeyFile } from '../../../src/adapters/key-file/read-key-file.js'
import { vaultId } from '../../../src/domain/shared/identifiers.js'

const rightOf = <A>(result: E.Either<unknown, A>): A => {
  if (E.isRight(result)) return result.right
  throw new Error(`unexpected Left: ${JSON.stringify(result.left)}`)
}
const reason = (result: E.Either<{ readonly reason: string }, unknown>): string =>
  E.isLeft(result) ? result.left.reason : 'right'
const hex = (key: KeyObject | KeysInFile): string => ('export' in key ? [key] : key).map((each) => each.export().toString('hex')).join(' ')
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('place of the vault key', () => {
  const id = rightOf(vaultId('ab'.repeat(16)))
  it.each([
    [{ LEAN_VAULT_MASTER_KEY_FILE: '/k/mine.key', XDG_CONFIG_HOME: '/x' }, '/k/mine.key'],
    [{ LEAN_VAULT_MASTER_KEY_FILE: '', XDG_CONFIG_HOME: '/x' }, `/x/lean-vault/${id}.key`],
    [{ XDG_CONFIG_HOME: 'relative' }, `/home/u/.config/lean-vault/${id}.key`],
    [{ XDG_CONFIG_HOME: '' }, `/home/u/.config/lean-vault/${id}.key`],
    [{}, `/home/u/.config/lean-vault/${id}.key`],
  ])('of %j is %s', (env, path) => {
    expect(keyFilePath(env, '/home/u', id)).toBe(path)
  })
})

describe('format of the key file', () => {
  const bytes = Buffer.from(Uint8Array.from({ length: 32 }, (_, n) => n * 7))
  const text = formatKeyFile([bytes])
  const known = 'lean-vault-key-v1:AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK-2vcTL0tk:a89b758ff95d2453'

  it('is the one that was written before', () => {
    expect(text.trimEnd().split('\n').at(-1)).toBe(known)
    expect(hex(rightOf(parseKeyFile(known)))).toBe(bytes.toString('hex'))
  })

  it('is read back', () => {
    expect(hex(rightOf(parseKeyFile(text)))).toBe(bytes.toString('hex'))
    expect(hex(rightOf(parseKeyFile(text.replaceAll('\n', '\r\n'))))).toBe(bytes.toString('hex'))
    expect(hex(rightOf(parseKeyFile(`# another remark\n${text}\n# and one more\n`)))).toBe(bytes.toString('hex'))
  })

  it('tells every changed character and every cut of its line', () => {
    for (let at = 0; at < known.length; at += 1) {
      const changed = known.slice(0, at) + (known[at] === 'x' ? 'y' : 'x') + known.slice(at + 1)
      expect(['damaged', 'newer-format'], changed).toContain(reason(parseKeyFile(changed)))
      expect(reason(parseKeyFile(known.slice(0, at)))).toBe('damaged')
    }
  })

  it('tells a newer one', () => {
    expect(reason(parseKeyFile('lean-vault-key-v2:whatever'))).toBe('newer-format')
  })

  it.each(['', 'hello', '0'.repeat(64), `lean-vault-key-v1:${'A'.repeat(43)}:0000000000000000`])('is not %j', (other) => {
    expect(reason(parseKeyFile(other))).toBe('damaged')
  })
})

describe('key file', () => {
  let parent: string
  let folder: string
  let path: string
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'lean-vault-key-'))
    folder = join(parent, 'config', 'lean-vault')
    path = join(folder, 'vault.key')
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(parent, { recursive: true, force: true })
  })

  it('is made once, for its owner only, and leaves nothing else behind', async () => {
    const key = rightOf(await createKeyFile(path)())
    expect(key.symmetricKeySize).toBe(32)
    expect([mode(folder), mode(path), readdirSync(folder)]).toEqual(['700', '600', ['vault.key']])
    expect(hex(rightOf(await readKeyFile(path)()))).toBe(hex(key))
  })

  it.each([0o000, 0o077, 0o177])('has the same modes under umask %i', async (umask) => {
    const before = process.umask(umask)
    try {
      rightOf(await createKeyFile(join(parent, 'new', 'vault.key'))())
    } finally {
      process.umask(before)
    }
    expect([mode(join(parent, 'new')), mode(join(parent, 'new', 'vault.key'))]).toEqual(['700', '600'])
  })

  it('is never written over', async () => {
    const first = rightOf(await createKeyFile(path)())
    const text = readFileSync(path, 'utf8')
    expect(reason(await createKeyFile(path)())).toBe('exists')
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(readdirSync(folder)).toEqual(['vault.key'])
    expect(hex(rightOf(await readKeyFile(path)()))).toBe(hex(first))
  })

  it('is a different key each time', async () => {
    const [one, other] = [await createKeyFile(path)(), await createKeyFile(`${path}2`)()].map((made) => hex(rightOf(made)))
    expect(one).not.toBe(other)
  })

  it('is missing where it is not', async () => {
    expect(reason(await readKeyFile(path)())).toBe('missing')
    expect(existsSync(folder)).toBe(false)
  })

  it.each([0o640, 0o604, 0o660])('is refused with mode %i, and the message says what to run', async (loose) => {
    rightOf(await createKeyFile(path)())
    chmodSync(path, loose)
    expect(await readKeyFile(path)()).toMatchObject({ left: { reason: 'permission', message: expect.stringContaining(`chmod 600 '${path}'`) } })
  })

  it.each([0o770, 0o777])('is refused in a folder of mode %i, which others may write to', async (loose) => {
    rightOf(await createKeyFile(path)())
    chmodSync(folder, loose)
    const refused = { left: { reason: 'permission', message: expect.stringContaining(`chmod 700 '${folder}'`) } }
    expect(await readKeyFile(path)()).toMatchObject(refused)
    expect(await createKeyFile(`${path}2`)()).toMatchObject(refused)
    chmodSync(folder, 0o1777)
    rightOf(await readKeyFile(path)())
  })

  it('is refused when it is somebody else’s', async () => {
    rightOf(await createKeyFile(path)())
    const me = process.getuid?.() ?? 0
    vi.spyOn(process, 'getuid').mockReturnValue(54_321)
    expect(reason(await readKeyFile(path)())).toBe(me === 0 ? 'right' : 'permission')
  })

  it('is read through a link, but the file that it leads to must be safe', async () => {
    const key = rightOf(await createKeyFile(path)())
    const link = join(parent, 'link.key')
    symlinkSync(path, link)
    expect(hex(rightOf(await readKeyFile(link)()))).toBe(hex(key))
    chmodSync(path, 0o644)
    expect(reason(await readKeyFile(link)())).toBe('permission')
  })

  it('shows nothing of the key in an error', async () => {
    rightOf(await createKeyFile(path)())
    const text = readFileSync(path, 'utf8').trimEnd()
    writeFileSync(path, `${text}x`)
    const result = await readKeyFile(path)()
    expect(reason(result)).toBe('damaged')
    expect(JSON.stringify(result)).not.toContain(text.slice(-40, -20))
  })

  it('is damaged when it is a folder or a huge file', async () => {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    expect(reason(await readKeyFile(path)())).toBe('io')
    writeFileSync(`${path}2`, 'x'.repeat(1e6), { mode: 0o600 })
    expect(reason(await readKeyFile(`${path}2`)())).toBe('damaged')
  })
})
