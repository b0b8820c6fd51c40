import { chmodSync, cpSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openWith as openLocked } from '../../../src/adapters/sqlite-log/sqlite-store.js'
import type { EventLog, SecretRef } from '../../../src/application/ports/event-log.js'
import type { HeadKeeper, LogHead } from '../../../src/application/ports/log-proof.js'
import { instant } from '../../../src/domain/shared/instant.js'
import { authenticatorOf } from '../../support/log-authenticator.js'
import { briefly, drivers, freshPlace, leftOf, openWith, type Place, right, rightOf, someVault } from './fresh-folder.js'
import { alsoUnderNewerNode } from './newer-node.js'

const refOf = (stream: string): SecretRef => ({ stream, owner: 'a#1', generation: 1 })
const dropTriggers = 'DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_deleted; DROP TRIGGER events_are_proven;'

/** A keeper in memory that counts nothing and forgets nothing. */
const keeperOf = (): HeadKeeper & { head: LogHead | null } => {
  const keeper: HeadKeeper & { head: LogHead | null } = {
    head: null,
    read: () => (keeper.head === null ? { _tag: 'None' } : { _tag: 'Known', head: keeper.head }),
    raise: (head) => {
      if (keeper.head === null || head.sequence > keeper.head.sequence) keeper.head = head
    },
  }
  return keeper
}

describe.each(drivers.map((driver) => [driver.name, driver] as const))('proofs of the log through %s', (_, driver) => {
  let place: Place
  let keeper: ReturnType<typeof keeperOf>
  const open = (by = keeper) => openWith(driver, { folder: place.folder, busyTimeout: briefly }, someVault, by)
  const raw = (sql: string) => {
    const connection = driver.open(join(place.folder, 'vault.db'))
    connection.exec(sql)
    connection.close()
  }
  const commit = (log: EventLog, stream: string, expectedVersion: number, data: string, secret = false) =>
    right(
      log.commit({
        appends: [{ stream, expectedVersion, records: [{ type: 'T', schema: 1, at: rightOf(instant(expectedVersion)), data }] }],
        seal: secret ? [{ ref: refOf(stream), keyId: 'k', bytes: Uint8Array.of(1, 2, 3, stream.length) }] : [],
      }),
    )
  /** a: records 1, 3, 5; b: 2, 4, 6; c: 7. Each with a secret. */
  const fill = async () => {
    const { log } = rightOf(open())
    for (let version = 0; version < 3; version += 1)
      for (const stream of ['key/a', 'key/bb']) await commit(log, stream, version, `"${stream} ${version + 1}"`, version === 0)
    await commit(log, 'key/ccc', 0, '"c"', true)
    await right(log.close())
  }
  beforeEach(async () => {
    place = freshPlace()
    keeper = keeperOf()
    await fill()
  })
  afterEach(() => place.remove())
  const datas = async (log: EventLog, stream: string) => (await right(log.read(stream))).map(({ data }) => data)
  /** What of a vault can be read after something was done to it: texts, or the word for damage. */
  const readable = async () => {
    const { log } = rightOf(open())
    const found: Record<string, string> = {}
    for (const stream of ['key/a', 'key/bb', 'key/ccc']) {
      const read = await log.read(stream)()
      if (read._tag === 'Left') expect(read.left, stream).toMatchObject({ reason: 'corrupt', wroteNothing: true })
      const secret = await log.sealed(refOf(stream))()
      const sealed = secret._tag === 'Right' && secret.right?.bytes[3] === stream.length ? 'secret' : 'no secret'
      found[stream] = `${read._tag === 'Right' ? String(read.right.length) : 'damaged'}, ${sealed}`
    }
    await right(log.close())
    return found
  }
  const whole = { 'key/a': '3, secret', 'key/bb': '3, secret', 'key/ccc': '1, secret' }

  it('hold as long as nothing was changed', async () => {
    expect(await readable()).toEqual(whole)
    expect(keeper.head?.sequence).toBe(7)
  })

  it.each([
    ['a changed text', `UPDATE events SET data = '"forged"' WHERE sequence = 3`, { 'key/a': 'damaged, secret' }],
    ['a changed time', `UPDATE events SET at = at + 1 WHERE sequence = 3`, { 'key/a': 'damaged, secret' }],
    ['a dropped record', `DELETE FROM events WHERE sequence = 3`, { 'key/a': 'damaged, secret' }],
    ['a dropped record with its proof', `DELETE FROM events WHERE sequence = 3; DELETE FROM proofs WHERE sequence = 3`, { 'key/a': 'damaged, secret' }],
    ['a dropped proof', `DELETE FROM proofs WHERE sequence = 3`, { 'key/a': 'damaged, secret' }],
    ['a cut end', `DELETE FROM events WHERE sequence = 5; DELETE FROM proofs WHERE sequence = 5`, { 'key/a': 'damaged, secret' }],
    ['a cut end, and a head that says so', `DELETE FROM events WHERE sequence = 5; UPDATE heads SET version = 2, sequence = 3 WHERE stream = 'key/a'`, { 'key/a': 'damaged, no secret' }],
    ['two records swapped', `UPDATE events SET data = CASE sequence WHEN 3 THEN '"key/a 3"' ELSE '"key/a 2"' END WHERE sequence IN (3, 5)`, { 'key/a': 'damaged, secret' }],
    ['a record given to another stream', `UPDATE events SET stream = 'key/a', version = 4 WHERE sequence = 6`, { 'key/a': 'damaged, secret', 'key/bb': 'damaged, secret' }],
    ['a secret that was changed', `UPDATE sealed SET bytes = x'01020309' WHERE stream = 'key/a'`, { 'key/a': '3, no secret' }],
    ['a secret of another key', `UPDATE sealed SET bytes = (SELECT bytes FROM sealed WHERE stream = 'key/bb') WHERE stream = 'key/a'`, { 'key/a': '3, no secret' }],
    ['a secret that is gone', `DELETE FROM sealed WHERE stream = 'key/a'`, { 'key/a': '3, no secret' }],
  ])('find %s, and leave the rest readable', async (_case, sql, damage) => {
    raw(`${dropTriggers} ${sql}`)
    expect(await readable()).toEqual({ ...whole, ...damage })
  })

  it('name the stream that is damaged', async () => {
    raw(`${dropTriggers} UPDATE events SET data = '0' WHERE sequence = 4`)
    const { log } = rightOf(open())
    expect(leftOf(await log.read('key/bb')()).message).toContain('event 2 of key/bb')
    expect(leftOf(await log.readAll(0, 99)()).message).toContain('record 4 (key/bb)')
    expect(await right(log.readAll(0, 3))).toHaveLength(3)
  })

  it('find a stream that was taken out whole', async () => {
    raw(`${dropTriggers} DELETE FROM events WHERE stream = 'key/a'; DELETE FROM heads WHERE stream = 'key/a'`)
    const { log } = rightOf(open())
    expect(leftOf(await log.read('key/a')())).toMatchObject({ reason: 'corrupt' })
    expect(leftOf(await log.streams('')())).toMatchObject({ reason: 'corrupt' })
    expect(leftOf(await log.commit({ appends: [{ stream: 'key/a', expectedVersion: 0, records: [{ type: 'T', schema: 1, at: rightOf(instant(1)), data: '' }] }], seal: [] })())).toMatchObject({ reason: 'corrupt' })
  })

  it('find an older end of a stream put back with its older head', async () => {
    raw(`CREATE TABLE old AS SELECT * FROM heads WHERE stream = 'key/a'`)
    const { log } = rightOf(open())
    await commit(log, 'key/a', 3, '4')
    await commit(log, 'key/bb', 3, '4')
    await right(log.close())
    raw(`${dropTriggers} DELETE FROM events WHERE stream = 'key/a' AND version = 4; INSERT OR REPLACE INTO heads SELECT * FROM old; DROP TABLE old`)
    expect(leftOf(await rightOf(open()).log.read('key/a')())).toMatchObject({ reason: 'corrupt' })
  })

  it('find an old copy of the folder, by the head that is remembered outside', async () => {
    const old = `${place.folder}-old`
    cpSync(place.folder, old, { recursive: true })
    chmodSync(old, 0o700)
    const { log } = rightOf(open())
    await commit(log, 'key/a', 3, '4')
    await right(log.close())
    const copy = { folder: old, busyTimeout: briefly }
    expect(leftOf(openWith(driver, copy, null, keeper))).toMatchObject({ reason: 'corrupt', wroteNothing: true })
    rightOf(openWith(driver, copy, null, keeperOf()))
  })

  it('find another history of the same length', async () => {
    const other = keeperOf()
    other.head = { sequence: 7, hash: 'f'.repeat(64) }
    expect(leftOf(openWith(driver, { folder: place.folder, busyTimeout: briefly }, null, other))).toMatchObject({ reason: 'corrupt' })
  })

  it('take a log that is longer than what is remembered', async () => {
    const before = keeper.head
    const { log } = rightOf(open())
    await commit(log, 'key/a', 3, '4')
    await right(log.close())
    keeper.head = before
    expect(await datas(rightOf(open()).log, 'key/a')).toHaveLength(4)
  })

  it('are not made up by somebody with another key', async () => {
    const stranger = { by: authenticatorOf('stranger', 'test-key'), keeper: null }
    const { log } = rightOf(openLocked(driver, { folder: place.folder, busyTimeout: briefly }, null, stranger))
    await commit(log, 'key/a', 3, '"forged"')
    await right(log.close())
    expect(leftOf(await rightOf(open()).log.read('key/a')())).toMatchObject({ reason: 'corrupt' })
  })

  it('are checked without a key as far as that goes, and nothing is written without one', async () => {
    const { log } = rightOf(openLocked(driver, { folder: place.folder, busyTimeout: briefly }, null))
    expect(await datas(log, 'key/a')).toHaveLength(3)
    expect(leftOf(await log.shred(refOf('key/a'))())).toMatchObject({ reason: 'no-key' })
    raw(`${dropTriggers} UPDATE events SET data = '0' WHERE sequence = 3`)
    expect(leftOf(await log.read('key/a')())).toMatchObject({ reason: 'corrupt' })
  })

  it('keep a program of format 1, which had the file open, from appending without one', () => {
    const insert = `INSERT INTO events (stream, version, type, schema, at, data) VALUES ('key/a', 4, 'T', 1, 1, '0')`
    expect(() => raw(insert)).toThrow(/proof/)
  })

  it('are not lost on a file that was made to look like format 1', () => {
    raw('PRAGMA user_version = 1; DROP TABLE heads; DROP TRIGGER events_are_proven; DROP TABLE proofs; CREATE INDEX streams ON events (stream) WHERE version = 1')
    expect(leftOf(open())).toMatchObject({ reason: 'corrupt', wroteNothing: true })
    // Without what is remembered outside, a file of format 1 is taken for what it is.
    rightOf(open(keeperOf()))
  })

  it('see what another process wrote meanwhile, and what it shredded', async () => {
    const [mine, theirs] = [rightOf(open()), rightOf(open())]
    for (let version = 3; version < 8; version += 1) {
      await commit((version % 2 === 0 ? mine : theirs).log, 'key/a', version, '"more"')
      for (const { log } of [mine, theirs]) expect(await datas(log, 'key/a')).toHaveLength(version + 1)
    }
    await right(theirs.log.shred(refOf('key/a')))
    expect(await right(mine.log.sealed(refOf('key/a')))).toBeNull()
    expect(await right(mine.log.shred(refOf('key/a')))).toBe('shredded')
    await right(mine.log.close())
    await right(theirs.log.close())
  })
})

alsoUnderNewerNode(import.meta.filename)
