import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Connection } from '../../../src/adapters/sqlite-log/driver.js'
import type { SqlitePlace, SqliteStore } from '../../../src/adapters/sqlite-log/sqlite-store.js'
import type { Commit } from '../../../src/application/ports/event-log.js'
import { instant, millis } from '../../../src/domain/shared/instant.js'
import { briefly, drivers, freshPlace, leftOf, openWith, type Place, right, rightOf, someVault } from './fresh-folder.js'
import { alsoUnderNewerNode } from './newer-node.js'

const long = rightOf(millis(20_000))

const commit: Commit = {
  appends: [{ stream: 'vault', expectedVersion: 0, records: [{ type: 'T', schema: 1, at: rightOf(instant(1)), data: '{}' }] }],
  seal: [{ ref: { stream: 'key/a', owner: 'a#1', generation: 1 }, keyId: 'k', bytes: Uint8Array.of(1, 2, 3) }],
}

describe.each(drivers.map((driver) => [driver.name, driver] as const))('a store at which others are, through %s', (_, driver) => {
  let place: Place
  let other: Connection
  const opened: Array<SqliteStore> = []
  const open = (more: Partial<SqlitePlace> = {}): SqliteStore => {
    const store = rightOf(openWith(driver, { folder: place.folder, busyTimeout: briefly, ...more }, someVault))
    opened.push(store)
    return store
  }
  beforeEach(() => {
    place = freshPlace()
    open()
    other = driver.open(join(place.folder, 'vault.db'))
  })
  afterEach(async () => {
    other.close()
    for (const store of opened.splice(0)) await right(store.log.close())
    place.remove()
  })
  const write = (): void => other.exec('BEGIN IMMEDIATE')
  const endIn = (milliseconds: number): NodeJS.Timeout => setTimeout(() => other.exec('ROLLBACK'), milliseconds)

  it('is written to once they have written, though that is longer than one wait', async () => {
    const { log } = open({ patience: { patience: long, stop: null } })
    write()
    endIn(600)
    await right(log.commit(commit))
    expect(await right(log.read('vault'))).toHaveLength(1)
  })

  it('is given up after a while, with nothing written', async () => {
    const { log } = open({ patience: { patience: briefly, stop: null } })
    write()
    expect(leftOf(await log.commit(commit)())).toMatchObject({ reason: 'locked', wroteNothing: true })
    other.exec('ROLLBACK')
    expect(await right(log.read('vault'))).toEqual([])
  })

  it('is waited for no longer once the program is told to stop', async () => {
    const stop = new AbortController()
    const { log } = open({ patience: { patience: long, stop: stop.signal } })
    write()
    const begun = performance.now()
    setTimeout(() => stop.abort(), 300)
    expect(leftOf(await log.commit(commit)())).toMatchObject({ reason: 'locked' })
    expect(performance.now() - begun).toBeLessThan(long / 4)
    other.exec('ROLLBACK')
  })

  it('is not closed to writers while old pages wait for a reader', async () => {
    const { log } = open({ busyTimeout: long })
    await right(log.commit(commit))
    other.exec('BEGIN')
    other.prepare('SELECT count(*) FROM events').get()
    const begun = performance.now()
    expect(await right(log.shred({ stream: 'key/a', owner: 'a#1', generation: 1 }))).toBe('pending')
    expect(performance.now() - begun).toBeLessThan(long / 4)
    other.exec('ROLLBACK')
    expect(await right(log.shred({ stream: 'key/a', owner: 'a#1', generation: 1 }))).toBe('shredded')
  })
})

alsoUnderNewerNode(import.meta.filename)
