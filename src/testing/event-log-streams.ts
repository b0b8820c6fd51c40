import * as E from 'fp-ts/lib/Either.js'

import { append, at, clash, closed, commitTo, type EventLogSubject, left, onFreshStore, place, record, right, versionsIn } from './event-log-subject.js'
import { expect } from './expect.js'
import type { Suite } from './suite.js'

/** Reading and appending, and expected versions. */
export const streamCases = (makeSubject: () => Promise<EventLogSubject>): Suite =>
  onFreshStore(makeSubject, ({ it }, fresh) => {
    it('is empty at first', async () => {
      expect(await right(fresh.store.log.read('key/none'))).toEqual([])
      expect(await right(fresh.store.log.readAll(0, 10))).toEqual([])
      expect(await right(fresh.store.log.streams(''))).toEqual([])
      expect(await right(fresh.store.log.sealed(place('key/none')))).toBeNull()
    })

    it('does nothing before the task is run', async () => {
      const described = commitTo(fresh, append('key/a', 0, '{}'))
      expect(await right(fresh.store.log.readAll(0, 10))).toEqual([])
      await right(described)
      expect(await right(fresh.store.log.readAll(0, 10))).toHaveLength(1)
    })

    it('gives back every field, versions from 1 within a stream and sequences from 1 over all', async () => {
      const made = { type: 'KeyProvisioned', schema: 3, at: at(1_712_345_678_901), data: '{"n":1}' }
      await right(fresh.store.log.commit({ appends: [{ stream: 'key/a', expectedVersion: 0, records: [made] }], seal: [] }))
      await right(commitTo(fresh, append('key/b', 0, '1', '2')))
      await right(commitTo(fresh, append('key/a', 1, '3')))
      expect(await right(fresh.store.log.read('key/a'))).toEqual([
        { ...made, stream: 'key/a', sequence: 1, version: 1 },
        { ...record('3'), stream: 'key/a', sequence: 4, version: 2 },
      ])
      expect((await right(fresh.store.log.readAll(0, 10))).map(({ sequence, data }) => [sequence, data])).toEqual([
        [1, '{"n":1}'],
        [2, '1'],
        [3, '2'],
        [4, '3'],
      ])
    })

    it('reads from a version on', async () => {
      await right(commitTo(fresh, append('key/a', 0, '1', '2', '3')))
      expect((await right(fresh.store.log.read('key/a', 2))).map(({ data }) => data)).toEqual(['2', '3'])
      expect(await right(fresh.store.log.read('key/a', 4))).toEqual([])
    })

    it('reads several streams at once as it reads each, where it can', async () => {
      const { readMany } = fresh.store.log
      if (readMany === undefined) return
      const texts = Array.from({ length: 3 }, (_, n) => `{"n":${n},"text":"\\"ü\\u0000\\n 🔑"}`)
      for (let n = 0; n < 12; n += 1) await right(commitTo(fresh, append(`key/${n % 5}`, Math.floor(n / 5), texts[n % 3] ?? '')))
      await right(commitTo(fresh, append("key/'ü\"%", 0, '1', ...texts)))
      const asked = ['key/4', 'key/none', 'key/0', "key/'ü\"%", 'key/2', 'key/2']
      const found = await right(readMany(asked))
      expect([...found.keys()].every((stream) => asked.includes(stream))).toBe(true)
      for (const [stream, records] of found) expect(records).toEqual(await right(fresh.store.log.read(stream)))
      expect((await right(readMany([]))).size).toBe(0)
    })

    it('pages through all records', async () => {
      for (let n = 0; n < 7; n += 1) await right(commitTo(fresh, append(`key/${n % 2}`, Math.floor(n / 2), `${n}`)))
      const page = async (after: number) => (await right(fresh.store.log.readAll(after, 3))).map(({ sequence }) => sequence)
      expect([await page(0), await page(3), await page(6), await page(7)]).toEqual([[1, 2, 3], [4, 5, 6], [7], []])
      expect(await right(fresh.store.log.readAll(0, 0))).toEqual([])
    })

    it('lists streams by prefix, sorted, taking every character literally', async () => {
      const names = ['key/a_b', 'key/axb', 'key/a%', 'key/a*', 'key/A', 'keys', 'key/', 'spend/a#1/2026-01', 'vault', 'key/a\\']
      for (const stream of names) await right(commitTo(fresh, append(stream, 0, '{}', '{}')))
      const listed = (prefix: string) => right(fresh.store.log.streams(prefix))
      expect(await listed('')).toEqual([...names].sort())
      for (const prefix of ['key/', 'key/a_', 'key/a%', 'key/a*', 'key/a\\', 'key/A', 'k', '%', 'spend/a#1', 'vault', 'vault2']) {
        expect(await listed(prefix), prefix).toEqual(names.filter((stream) => stream.startsWith(prefix)).sort())
      }
    })

    it('keeps text byte for byte', async () => {
      const odd = ['{ "a" :\t1.0,\r\n "b":1e2 }', '{"é":"e\u0301 ß 漢字 🔑 \u2028"}', '{"q":"\'; DROP TABLE events; --"}', '""', ' ', '']
      await right(fresh.store.log.commit({ appends: [{ stream: 'key/ü', expectedVersion: 0, records: [record('0'), ...odd.map((d) => record(d))] }], seal: [] }))
      expect((await right(fresh.store.log.read('key/ü'))).slice(1).map(({ data }) => data)).toEqual(odd)
      const fc = await import('fast-check')
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }).filter((text) => !/[\0\p{Surrogate}]/u.test(text)), async (text) => {
          const before = (await right(fresh.store.log.read('key/ü'))).length
          await right(commitTo(fresh, append('key/ü', before, text)))
          expect((await right(fresh.store.log.read('key/ü', before + 1))).map(({ data }) => data)).toEqual([text])
        }),
        { numRuns: 30 },
      )
    })

    it.each(['a\0b', '"\ud83d"'])('refuses text that it could not keep byte for byte (%j)', async (text) => {
      expect(await left(commitTo(fresh, append('key/a', 0, text)))).toMatchObject(closed)
      expect(await right(fresh.store.log.readAll(0, 10))).toEqual([])
    })

    it('keeps large records', async () => {
      const large = JSON.stringify({ text: 'x€'.repeat(300_000) })
      await right(commitTo(fresh, append('key/a', 0, large)))
      expect((await right(fresh.store.log.read('key/a')))[0]?.data === large).toBe(true)
    })

    it('is as durable and visible through another handle', async () => {
      const other = await fresh.subject.open()
      await right(commitTo(fresh, append('key/a', 0, '1')))
      expect(await right(other.log.read('key/a'))).toEqual(await right(fresh.store.log.read('key/a')))
      await right(other.log.commit({ appends: [append('key/a', 1, '2')], seal: [] }))
      await right(other.log.close())
      expect(await versionsIn(fresh, 'key/a')).toEqual([1, 2])
      expect(other.info).toEqual(fresh.store.info)
    })

    it.each([1, 2, -1])('refuses version %i of a stream that does not exist', async (expected) => {
      expect(await left(commitTo(fresh, append('key/a', expected, '1')))).toEqual(clash('key/a'))
    })

    it.each([0, 1, 3])('refuses version %i of a stream that has 2', async (expected) => {
      await right(commitTo(fresh, append('key/a', 0, '1', '2')))
      expect(await left(commitTo(fresh, append('key/a', expected, '3')))).toEqual(clash('key/a'))
      expect(await versionsIn(fresh, 'key/a')).toEqual([1, 2])
    })

    it('lets exactly one of many win each version', async () => {
      const handles = [fresh.store, ...(await Promise.all(Array.from({ length: 4 }, () => fresh.subject.open())))]
      for (let version = 0; version < 5; version += 1) {
        const tries = handles.map(({ log }, n) => log.commit({ appends: [append('key/a', version, `${n}`)], seal: [] })())
        const results = await Promise.all(tries)
        expect(results.filter(E.isRight)).toHaveLength(1)
        expect(results.filter(E.isLeft).map((result) => result.left)).toEqual(Array(4).fill(clash('key/a')))
      }
      expect(await versionsIn(fresh, 'key/a')).toEqual([1, 2, 3, 4, 5])
      for (const { log } of handles.slice(1)) await right(log.close())
    })

    it('counts the earlier appends of the same commit', async () => {
      await right(commitTo(fresh, append('key/a', 0, '1'), append('key/a', 1, '2')))
      expect(await left(commitTo(fresh, append('key/a', 2, '3'), append('key/a', 2, '4')))).toEqual(clash('key/a'))
      expect(await versionsIn(fresh, 'key/a')).toEqual([1, 2])
    })
  })
