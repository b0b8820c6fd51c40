import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { SealedSecret } from '../../../src/application/ports/event-log.js'
import type { VaultStore } from '../../../src/application/ports/vault-store.js'
import { instant } from '../../../src/domain/shared/instant.js'
import { briefly, bytesOf, drivers, freshPlace, openWith, type Place, right, rightOf, someVault } from './fresh-folder.js'
import { alsoUnderNewerNode } from './newer-node.js'

// LEAN_VAULT_SHRED_ROUNDS=250 for 10,000 shreds more.
const rounds = Number(process.env['LEAN_VAULT_SHRED_ROUNDS'] ?? 0)

/** Every run of 16 bytes or more of these bytes holds one of these pieces. */
const piecesOf = ({ bytes }: SealedSecret): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.floor(bytes.length / 8) }, (_, n) => Buffer.from(bytes.subarray(n * 8, n * 8 + 8)))

describe.each(drivers.map((driver) => [driver.name, driver] as const))('shredding by SQLite through %s', (_, driver) => {
  let place: Place
  let store: VaultStore
  let n = 0
  beforeEach(() => {
    place = freshPlace()
    store = rightOf(openWith(driver, { folder: place.folder, busyTimeout: briefly }, someVault))
    n = 0
  })
  afterEach(async () => {
    await right(store.log.close())
    place.remove()
  })
  const seal = async (length = 101): Promise<SealedSecret> => {
    n += 1
    const ref = { stream: `key/${n}`, owner: 'a#1', generation: n }
    const sealed = { ref, keyId: 'k', bytes: Uint8Array.from(randomBytes(length)) }
    const record = { type: 'T', schema: 1, at: rightOf(instant(n)), data: 'x'.repeat(300) }
    await right(store.log.commit({ appends: [{ stream: 'vault', expectedVersion: n - 1, records: [record] }], seal: [sealed] }))
    return sealed
  }
  const traces = (sealed: SealedSecret): number => {
    const files = bytesOf(place.folder)
    return piecesOf(sealed).filter((piece) => files.includes(piece)).length
  }

  it('finds a secret in the files as long as it is there', async () => {
    const sealed = await seal()
    expect(traces(sealed)).toBe(12)
  })

  it('leaves no piece of a secret in any byte of any file', async () => {
    const [sealed, other] = [await seal(), await seal()]
    expect(await right(store.log.shred(sealed.ref))).toBe('shredded')
    expect([traces(sealed), traces(other)]).toEqual([0, 12])
  })

  // Found by search: with secure_delete alone each of the first three leaves copies of rows that SQLite moved.
  const cases = [[500, 13], [700, 31], [300, 101]] as const
  const more = Array.from({ length: rounds }, (_, n) => [80 + ((n * 97) % 6000), 2 * n + 1] as const)

  it.each([...cases, ...more])('leaves none among many of up to %i bytes, taken in steps of %i', { timeout: 60_000 }, async (largest, step) => {
    const live: SealedSecret[] = []
    while (live.length < 40) live.push(await seal(60 + (((n + 1) * 91) % largest)))
    for (let done = 0; live.length > 0; done += 1) {
      const [sealed] = live.splice((done * step) % live.length, 1)
      if (sealed === undefined) throw new Error('none left')
      expect(await right(store.log.shred(sealed.ref))).toBe('shredded')
      expect(traces(sealed), `shred ${done}`).toBe(0)
      const [next] = live
      if (next !== undefined) expect((await right(store.log.sealed(next.ref)))?.bytes).toEqual(next.bytes)
    }
  })

  it('is pending while a reader holds on to the old state, and a repeat ends it', async () => {
    const sealed = await seal()
    const reader = driver.open(join(place.folder, 'vault.db'))
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM events').get()
    expect(await right(store.log.shred(sealed.ref))).toBe('pending')
    expect(await right(store.log.sealed(sealed.ref))).toBeNull()
    expect(traces(sealed)).toBeGreaterThan(0)
    expect(await right(store.log.shred(sealed.ref))).toBe('pending')
    reader.exec('COMMIT')
    expect(await right(store.log.shred(sealed.ref))).toBe('shredded')
    expect(traces(sealed)).toBe(0)
  })

  it('can be ended by another process', async () => {
    const sealed = await seal()
    const reader = driver.open(join(place.folder, 'vault.db'))
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM events').get()
    expect(await right(store.log.shred(sealed.ref))).toBe('pending')
    reader.close()
    const other = rightOf(openWith(driver, { folder: place.folder, busyTimeout: briefly }, null))
    expect(await right(other.log.shred(sealed.ref))).toBe('shredded')
    expect(traces(sealed)).toBe(0)
  })

  it('is a refusal, not a shredding, while another process writes', async () => {
    const sealed = await seal()
    const writer = driver.open(join(place.folder, 'vault.db'))
    writer.exec('BEGIN IMMEDIATE')
    expect(await store.log.shred(sealed.ref)()).toMatchObject({ left: { reason: 'locked', wroteNothing: true } })
    expect((await right(store.log.sealed(sealed.ref)))?.bytes).toEqual(sealed.bytes)
    writer.exec('ROLLBACK')
    expect(await right(store.log.shred(sealed.ref))).toBe('shredded')
  })
})

alsoUnderNewerNode(import.meta.filename)
