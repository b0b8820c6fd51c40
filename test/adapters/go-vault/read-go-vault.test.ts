import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { readGoVault } from '../../../src/adapters/go-vault/read-go-vault.js'
import type { ForeignKey } from '../../../src/application/ports/foreign-vault.js'
import { reveal } from '../../../src/application/secret.js'
import { goBlob, writeGoVault } from './go-vault-writer.js'

const fixture = fileURLToPath(new URL('vault', import.meta.url))

interface Told {
  readonly keys: ReadonlyArray<{ readonly name: string; readonly value: string; readonly hash: string }>
}
const told: Told = JSON.parse(readFileSync(fileURLToPath(new URL('plaintext.json', import.meta.url)), 'utf8'))

const bytesOf = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder).map((file) => `${file} ${readFileSync(join(folder, file)).toString('hex')}`)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lv-go-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const problem = async (): Promise<unknown> => {
  const read = await readGoVault(folder)()
  return E.isLeft(read) ? read.left : 'read'
}

const plain = (secret: ForeignKey['secret']): string => (secret === null || 'bytes' in secret ? '' : reveal(secret))

const value = (n: number): string => `sk-or-v1-${String(n).repeat(64)}`

describe('a vault that the Go tool wrote', () => {
  it('is read whole, odd names included, and not changed', async () => {
    const before = bytesOf(fixture)
    const read = await readGoVault(fixture)()
    if (E.isLeft(read)) throw new Error(JSON.stringify(read.left))
    expect(read.right.keys.map(({ name, secret, id }) => ({ name, value: plain(secret), hash: id }))).toEqual(
      told.keys.map(({ name, value: text, hash }) => ({ name, value: text, hash })),
    )
    expect(read.right).toMatchObject({ unreadable: [], hasManagementKey: true })
    expect(bytesOf(fixture)).toEqual(before)
  })
})

describe('a vault of the Go tool', () => {
  it('may hold plain values and keys without an identifier', async () => {
    writeGoVault(folder, { a: { value: value(1), plain: true }, b: { value: value(2) } })
    const read = await readGoVault(folder)()
    expect(E.isRight(read) && read.right.keys.map(({ name, secret, id }) => [name, plain(secret), id])).toEqual([
      ['a', value(1), null],
      ['b', value(2), null],
    ])
  })

  it('is read as far as it opens: an entry that does not is named, and not shown', async () => {
    writeGoVault(folder, { good: { value: value(1) }, odd: { value: goBlob(randomBytes(32), value(2)), plain: true }, words: { value: 'hello' } })
    const read = await readGoVault(folder)()
    expect(E.isRight(read) && read.right.keys.map(({ name }) => name)).toEqual(['good'])
    expect(E.isRight(read) && read.right.unreadable.map(({ name }) => name)).toEqual(['odd', 'words'])
  })

  it.each([
    ['.secret_vault.key', 'is not there'],
    ['secrets.vault', 'is not there'],
  ])('without its %s is refused by name', async (file, rule) => {
    cpSync(fixture, folder, { recursive: true })
    rmSync(join(folder, file))
    expect(await problem()).toMatchObject({ _tag: 'InvalidInput', field: join(folder, file), rule: expect.stringContaining(rule) })
  })

  it.each(['.secret_vault.key', 'secrets.vault'])('with a million random bytes for its %s is refused at once', async (file) => {
    cpSync(fixture, folder, { recursive: true })
    writeFileSync(join(folder, file), randomBytes(1_000_000))
    const begun = performance.now()
    expect(await problem()).toMatchObject({ _tag: 'InvalidInput', field: expect.stringContaining(folder) })
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  it('with a device in the place of a file is refused and not waited for', async () => {
    cpSync(fixture, folder, { recursive: true })
    rmSync(join(folder, 'secrets.vault'))
    symlinkSync('/dev/zero', join(folder, 'secrets.vault'))
    expect(await problem()).toMatchObject({ _tag: 'InvalidInput', rule: 'is not a plain file of a credible size' })
  })

  it.each(['', 'secrets: 5', '- a', '\u0000', 'a: &a [*a]', `k: ${'['.repeat(3000)}`])('with %j inside is refused', async (text) => {
    writeGoVault(folder, {}, text)
    expect(await problem()).toMatchObject({ _tag: 'InvalidInput', rule: 'opens, but what is inside is no vault' })
  })

  it('that was cut or changed anywhere is refused', async () => {
    const whole = readFileSync(join(fixture, 'secrets.vault'))
    for (const at of [0, 1, 43, 60, 1000, whole.length - 2]) {
      cpSync(fixture, folder, { recursive: true })
      const flipped = Buffer.from(whole)
      flipped[at] = flipped[at] === 65 ? 66 : 65
      writeFileSync(join(folder, 'secrets.vault'), flipped)
      expect(await problem(), `byte ${String(at)}`).toMatchObject({ _tag: 'InvalidInput' })
      writeFileSync(join(folder, 'secrets.vault'), whole.subarray(0, at))
      expect(await problem(), `cut at ${String(at)}`).toMatchObject({ _tag: 'InvalidInput' })
    }
  })
})
