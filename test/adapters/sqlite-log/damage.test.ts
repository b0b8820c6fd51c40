import { rmSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Fate, type Files, killedVault, type Known, learn, newFolder, tryDamage, wholeVault } from '../../support/damaged-vault.js'
import { drivers } from './fresh-folder.js'
import { alsoUnderNewerNode } from './newer-node.js'

// A sample: scripts/damage-trial.ts takes every byte, and with --all-bits every bit. LEAN_VAULT_SEED chooses another one.
const seed = Number(process.env['LEAN_VAULT_SEED'] ?? 1)

const flipped = (files: Files, name: string, at: number, bit: number): Files => {
  const bytes = Buffer.from(files[name] ?? '')
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  return { ...files, [name]: bytes }
}

const cut = (files: Files, name: string, at: number): Files => ({ ...files, [name]: (files[name] ?? Buffer.of()).subarray(0, at) })

/** Positions about `stride` apart, others for each seed. */
const sample = (length: number, stride: number): ReadonlyArray<number> => {
  const found: number[] = []
  for (let at = (seed * 7919) % stride; at < length; at += 1 + ((at * 31 + seed * 17) % (2 * stride))) found.push(at)
  return found
}

describe.each(drivers.map((driver) => [driver.name, driver] as const))('a damaged vault of five keys through %s', (_, driver) => {
  let folder: string
  const vaults: Array<readonly [string, Files, Known]> = []
  beforeAll(async () => {
    folder = newFolder()
    const killed = await killedVault(driver, folder)
    for (const [name, files] of [['in one file', wholeVault()], ['as a killed process leaves it', killed]] as const)
      vaults.push([name, files, await learn(driver, folder, files)])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const count = async (trials: ReadonlyArray<readonly [Files, string]>, known: Known): Promise<Record<Fate, number>> => {
    const fates: Record<Fate, number> = { refused: 0, found: 0, harmless: 0 }
    for (const [files, what] of trials) {
      try {
        fates[await tryDamage(driver, folder, files, known)] += 1
      } catch (error) {
        throw new Error(`seed ${seed}, ${what}`, { cause: error })
      }
    }
    return fates
  }

  it('is whole to begin with', async () => {
    for (const [name, files, known] of vaults) expect(await tryDamage(driver, folder, files, known), name).toBe('harmless')
  })

  it('is found to be damaged, or tells what it told, whatever byte is flipped', { timeout: 120_000 }, async () => {
    for (const [vault, files, known] of vaults)
      for (const [name, bytes] of Object.entries(files)) {
        const places = sample(bytes.length, name === 'vault.key' || name === 'vault.head' ? 40 : 1500)
        const fates = await count(places.map((at, n) => [flipped(files, name, at, (at + n) % 8), `${name} byte ${at}`] as const), known)
        console.info(`${driver.name}, ${vault}, ${name}: ${places.length} of ${bytes.length} bytes flipped (seed ${seed}): ${JSON.stringify(fates)}`)
        expect(fates.refused + fates.found + fates.harmless).toBe(places.length)
        if (name === 'vault.db') expect(fates.found).toBeGreaterThan(0)
      }
  })

  it('is found to be damaged, or tells what it told, wherever a file is cut', { timeout: 120_000 }, async () => {
    for (const [vault, files, known] of vaults)
      for (const [name, bytes] of Object.entries(files)) {
        const places = sample(bytes.length, name === 'vault.key' || name === 'vault.head' ? 60 : 3000)
        const fates = await count(places.map((at) => [cut(files, name, at), `${name} cut at ${at}`] as const), known)
        console.info(`${driver.name}, ${vault}, ${name}: cut at ${places.length} of ${bytes.length} places (seed ${seed}): ${JSON.stringify(fates)}`)
        // What a write-ahead log holds makes up for what is cut off the database.
        if (name === 'vault.db' && vault === 'in one file') expect(fates.harmless, name).toBe(0)
      }
  })

  // https://sqlite.org/fileformat2.html#record_format: one bit makes bytes a text, and a text that is none ends the process of one driver.
  it('is found to be damaged where a value is of another kind, and the program goes on', async () => {
    const [first] = vaults
    if (first === undefined) throw new Error('no vault')
    const [, files, known] = first
    const bytes = files['vault.db'] ?? Buffer.of()
    const secrets = known.refs.slice(0, 3).map(({ stream, owner }) => bytes.indexOf(`${stream}${owner}`))
    expect(secrets).toHaveLength(3)
    // Before its values stand the length of what stands before them and the kinds of five values, of which the last takes two bytes.
    const places = secrets.flatMap((at) => [1, 2, 3, 4, 5, 6, 7].map((back) => at - back))
    const trials = places.flatMap((at) => Array.from({ length: 8 }, (_none, bit) => [flipped(files, 'vault.db', at, bit), `bit ${bit} of byte ${at}`] as const))
    const fates = await count(trials, known)
    console.info(`${driver.name}: ${trials.length} bits flipped that say of what kind a value is: ${JSON.stringify(fates)}`)
    expect(fates.found + fates.refused).toBeGreaterThan(trials.length / 2)
  })

  it('is found to be old when the folder as it was is put back', async () => {
    const [, second] = vaults
    if (second === undefined) throw new Error('no vault')
    const [, killed, known] = second
    const old = { ...wholeVault(), 'vault.head': killed['vault.head'] ?? Buffer.of() }
    expect(await tryDamage(driver, folder, old, known)).toBe('found')
  })
})

alsoUnderNewerNode(import.meta.filename)
