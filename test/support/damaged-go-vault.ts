import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { writeGoVault } from '../adapters/go-vault/go-vault-writer.js'
import { makePrng, type Prng } from '../simulation/prng.js'

/** A vault of the Go tool, made by that tool. */
const fixture = join(import.meta.dirname, '../adapters/go-vault/vault')

const names = ['.secret_vault.key', 'secrets.vault'] as const

const million = 1_000_000

const randomBytes = (prng: Prng, length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at += 4) bytes.writeUInt32LE(prng.below(4_294_967_296), Math.min(at, length - 4))
  return bytes
}

/** One damage, the same for the same seed. */
export interface Way {
  readonly what: string
  readonly damage: (folder: string, prng: Prng) => void
}

const changed = (what: string, change: (bytes: Buffer, prng: Prng) => Buffer): ReadonlyArray<Way> =>
  names.map((name) => ({
    what: `${name} ${what}`,
    damage: (folder, prng) => writeFileSync(join(folder, name), change(readFileSync(join(folder, name)), prng)),
  }))

const flip = (bytes: Buffer, prng: Prng): Buffer => {
  const copy = Buffer.from(bytes)
  const at = prng.below(copy.length)
  copy[at] = (copy[at] ?? 0) ^ (1 << prng.below(7))
  return copy
}

const swap = (folder: string): void => {
  const [first, second] = names.map((name) => readFileSync(join(folder, name)))
  writeFileSync(join(folder, names[0]), second ?? '')
  writeFileSync(join(folder, names[1]), first ?? '')
}

const inside = (what: string, document: (prng: Prng) => string): Way => ({
  what: `${what} inside`,
  damage: (folder, prng) => writeGoVault(folder, {}, document(prng)),
})

/** Each line holds nine of the line before: nine to the power of the depth in all. */
const bomb = (depth: number): string => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let n = 1; n <= depth; n += 1) lines.push(`a${n}: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(', ')}]`)
  return `${lines.join('\n')}\nsecrets:\n  k: {value: *a${depth}}\n`
}

/** What becomes of an old vault that nobody can read. */
export const ways: ReadonlyArray<Way> = [
  ...changed('of a million random bytes', (_, prng) => randomBytes(prng, million)),
  ...changed('of the base64 of a million random bytes', (_, prng) => Buffer.from(randomBytes(prng, million).toString('base64'))),
  ...changed('cut short', (bytes, prng) => bytes.subarray(0, prng.below(bytes.length))),
  ...changed('with a bit that flipped', flip),
  ...changed('followed by a million random bytes', (bytes, prng) => Buffer.concat([bytes, randomBytes(prng, million)])),
  { what: 'the two files swapped', damage: swap },
  { what: 'the key of another vault', damage: (folder, prng) => writeFileSync(join(folder, names[0]), randomBytes(prng, 32)) },
  inside('a bomb of aliases', (prng) => bomb(5 + prng.below(20))),
  inside('deep nesting', (prng) => `secrets: ${'['.repeat(1000 + prng.below(50_000))}`),
  inside('a million random bytes', (prng) => randomBytes(prng, million).toString('latin1')),
  inside('one name for two keys', () => 'secrets:\n  a: {value: x}\n  a: {value: y}\n'),
]

/** The whole folder as it is: names, bytes and the times of the last change. */
export const stateOfFolder = (folder: string): string => {
  const files = readdirSync(folder).sort()
  const told = files.map((name) => [name, statSync(join(folder, name)).mtimeMs, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')])
  return JSON.stringify(told)
}

/** Puts the old vault into `folder` and damages it. */
export const damagedGoVault = (folder: string, { damage }: Way, seed: number): void => {
  cpSync(fixture, folder, { recursive: true })
  damage(folder, makePrng(seed))
}
