import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { makeDatabase } from '../../../src/adapters/sqlite-log/database.js'
import { packedRows, query } from '../../../src/adapters/sqlite-log/packed-rows.js'
import { textIn } from '../../../src/adapters/sqlite-log/columns.js'
import type { NewRecord } from '../../../src/application/ports/event-log.js'
import { instant } from '../../../src/domain/shared/instant.js'
import { briefly, drivers, freshPlace, openWith, right, rightOf, someVault } from './fresh-folder.js'

describe.each(drivers.map((driver) => [driver.name, driver] as const))('packed rows through %s', (_, driver) => {
  const asked = query(['t.n'], ['t.word', 'o.other'], 'FROM t LEFT JOIN o ON o.n = t.n WHERE t.n > ? ORDER BY t.n LIMIT ?')
  const filled = (...rows: ReadonlyArray<string>) => {
    const database = makeDatabase(driver, driver.open(':memory:'))
    database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, word ANY); CREATE TABLE o (n INTEGER PRIMARY KEY, other TEXT)')
    for (const row of rows) database.exec(row)
    return database
  }
  const plain = (database: ReturnType<typeof filled>, after: number, limit: number) =>
    database
      .statement(asked.plain)
      .all(after, limit)
      .map((row) => ({ n: row['n'], word: textIn(row['word']), other: textIn(row['other']) }))

  it('tell what the plain ones tell, in their order, whatever the text', () => {
    const text = fc.string({ unit: 'binary' }).filter((one) => !/[\0\p{Surrogate}]/u.test(one))
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.option(text)), { maxLength: 8 }), fc.nat(9), fc.nat(9), (rows, after, limit) => {
        const database = filled()
        rows.forEach(([word, other], n) => {
          database.statement('INSERT INTO t VALUES (?, ?)').run(rows.length - n, word)
          if (other !== null) database.statement('INSERT INTO o VALUES (?, ?)').run(rows.length - n, other)
        })
        const packed = packedRows(database, asked, after, limit)
        expect(packed).toEqual(plain(database, after, limit))
        database.close()
      }),
      { numRuns: 40 },
    )
  })

  it.each([
    ['a text that is no UTF-8', `INSERT INTO t VALUES (2, CAST(x'61ff62' AS TEXT))`],
    ['half a character', `INSERT INTO t VALUES (2, CAST(x'eda080' AS TEXT))`],
    ['a blob in the place of a text', `INSERT INTO t VALUES (2, x'6162')`],
  ])('are refused for %s, and for the sake of one row all', (_what, row) => {
    const database = filled(`INSERT INTO t VALUES (1, 'a')`, row)
    expect(packedRows(database, asked, 0, 1)).toHaveLength(1)
    expect(packedRows(database, asked, 0, 9)).toBeNull()
    database.close()
  })

  it('are none where the table is gone, and the plain ones say why', () => {
    const database = filled('DROP TABLE t')
    expect(packedRows(database, asked, 0, 9)).toBeNull()
    expect(() => database.statement(asked.plain)).toThrow()
    database.close()
  })

  it('give no stream in a crowd that one alone does not give', async () => {
    const place = freshPlace()
    const at = { folder: place.folder, busyTimeout: briefly }
    const { log } = rightOf(openWith(driver, at, someVault))
    const hundred = Array.from({ length: 100 }, (_, n) => ({ type: 'T', schema: 1, at: rightOf(instant(1)), data: `${n}` }))
    const [first = hundred[0], ...rest] = hundred
    for (const [stream, hundreds] of [['key/a', 1], ['key/b', 1], ['key/long', 3]] as const)
      for (let n = 0; n < hundreds; n += 1)
        await right(log.commit({ appends: [{ stream, expectedVersion: n * 100, records: [first as NewRecord, ...rest] }], seal: [] }))
    await right(log.close())
    const connection = driver.open(`${place.folder}/vault.db`)
    connection.exec("DROP TRIGGER events_are_not_changed; UPDATE events SET data = '3' WHERE stream = 'key/a' AND version = 7")
    connection.close()
    const spoilt = rightOf(openWith(driver, at, null)).log
    const together = async (...streams: ReadonlyArray<string>) => (spoilt.readMany === undefined ? [] : [...(await right(spoilt.readMany(streams))).keys()])
    expect(await together('key/a', 'key/b')).toEqual([])
    expect(await together('key/b', 'key/long', 'key/none')).toEqual(['key/b'])
    expect(await spoilt.read('key/a')()).toMatchObject({ _tag: 'Left', left: { reason: 'corrupt' } })
    expect(await right(spoilt.read('key/long'))).toHaveLength(300)
    await right(spoilt.close())
    place.remove()
  })
})
