import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { NewRecord, SealedSecret, SecretRef, StreamAppend } from '../../src/application/ports/event-log.js'
import type { WrappedKey } from '../../src/application/ports/key-ring-store.js'
import type { VaultStore } from '../../src/application/ports/vault-store.js'
import { instant } from '../../src/domain/shared/instant.js'

/** One fresh, empty store. `open` gives another handle on it, as another process would have one. */
export interface EventLogSubject {
  readonly open: () => Promise<VaultStore>
  readonly dispose: () => Promise<void>
}

const right = async <A>(task: TaskEither<unknown, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new Error(`unexpected Left: ${JSON.stringify(result.left)}`)
  return result.right
}

const left = async <Error>(task: TaskEither<Error, unknown>): Promise<Error> => {
  const result = await task()
  if (E.isRight(result)) throw new Error(`unexpected Right: ${JSON.stringify(result.right)}`)
  return result.left
}

const at = (ms: number) => {
  const made = instant(ms)
  if (E.isLeft(made)) throw new Error('bad instant')
  return made.right
}

const record = (data: string, type = 'Happened', ms = 1_700_000_000_000): NewRecord => ({ type, schema: 1, at: at(ms), data })

const append = (stream: string, expectedVersion: number, ...data: [string, ...string[]]): StreamAppend => {
  const [first, ...rest] = data
  return { stream, expectedVersion, records: [record(first), ...rest.map((text) => record(text))] }
}

const place = (stream: string, owner = 'a#1', generation = 1): SecretRef => ({ stream, owner, generation })

const sealedAt = (ref: SecretRef, bytes: ReadonlyArray<number>, keyId = 'k1'): SealedSecret => ({
  ref,
  keyId,
  bytes: Uint8Array.from(bytes),
})

const clash = (stream: string) => ({ _tag: 'VersionConflict', stream })
const closed = { _tag: 'LogUnavailable', reason: 'io', wroteNothing: true }

/** What every event log must do, whatever it stores on. */
export const eventLogContract = (name: string, makeSubject: () => Promise<EventLogSubject>): void => {
  describe(`event log contract: ${name}`, () => {
    let subject: EventLogSubject
    let store: VaultStore
    beforeEach(async () => {
      subject = await makeSubject()
      store = await subject.open()
    })
    afterEach(async () => {
      await right(store.log.close())
      await subject.dispose()
    })
    const commit = (first: StreamAppend, ...rest: StreamAppend[]) =>
      store.log.commit({ appends: [first, ...rest], seal: [] })
    const versions = async (stream: string) => (await right(store.log.read(stream))).map(({ version }) => version)

    describe('reading and appending', () => {
      it('is empty at first', async () => {
        expect(await right(store.log.read('key/none'))).toEqual([])
        expect(await right(store.log.readAll(0, 10))).toEqual([])
        expect(await right(store.log.streams(''))).toEqual([])
        expect(await right(store.log.sealed(place('key/none')))).toBeNull()
      })

      it('does nothing before the task is run', async () => {
        const described = commit(append('key/a', 0, '{}'))
        expect(await right(store.log.readAll(0, 10))).toEqual([])
        await right(described)
        expect(await right(store.log.readAll(0, 10))).toHaveLength(1)
      })

      it('gives back every field, versions from 1 within a stream and sequences from 1 over all', async () => {
        const made = { type: 'KeyProvisioned', schema: 3, at: at(1_712_345_678_901), data: '{"n":1}' }
        await right(store.log.commit({ appends: [{ stream: 'key/a', expectedVersion: 0, records: [made] }], seal: [] }))
        await right(commit(append('key/b', 0, '1', '2')))
        await right(commit(append('key/a', 1, '3')))
        expect(await right(store.log.read('key/a'))).toEqual([
          { ...made, stream: 'key/a', sequence: 1, version: 1 },
          { ...record('3'), stream: 'key/a', sequence: 4, version: 2 },
        ])
        expect((await right(store.log.readAll(0, 10))).map(({ sequence, data }) => [sequence, data])).toEqual([
          [1, '{"n":1}'],
          [2, '1'],
          [3, '2'],
          [4, '3'],
        ])
      })

      it('reads from a version on', async () => {
        await right(commit(append('key/a', 0, '1', '2', '3')))
        expect((await right(store.log.read('key/a', 2))).map(({ data }) => data)).toEqual(['2', '3'])
        expect(await right(store.log.read('key/a', 4))).toEqual([])
      })

      it('pages through all records', async () => {
        for (let n = 0; n < 7; n += 1) await right(commit(append(`key/${n % 2}`, Math.floor(n / 2), `${n}`)))
        const page = async (after: number) => (await right(store.log.readAll(after, 3))).map(({ sequence }) => sequence)
        expect([await page(0), await page(3), await page(6), await page(7)]).toEqual([[1, 2, 3], [4, 5, 6], [7], []])
        expect(await right(store.log.readAll(0, 0))).toEqual([])
      })

      it('lists streams by prefix, sorted, taking every character literally', async () => {
        const names = ['key/a_b', 'key/axb', 'key/a%', 'key/a*', 'key/A', 'keys', 'key/', 'spend/a#1/2026-01', 'vault', 'key/a\\']
        for (const stream of names) await right(commit(append(stream, 0, '{}', '{}')))
        const listed = (prefix: string) => right(store.log.streams(prefix))
        expect(await listed('')).toEqual([...names].sort())
        for (const prefix of ['key/', 'key/a_', 'key/a%', 'key/a*', 'key/a\\', 'key/A', 'k', '%', 'spend/a#1', 'vault', 'vault2']) {
          expect(await listed(prefix), prefix).toEqual(names.filter((stream) => stream.startsWith(prefix)).sort())
        }
      })

      it('keeps text byte for byte', async () => {
        const odd = ['{ "a" :\t1.0,\r\n "b":1e2 }', '{"é":"e\u0301 ß 漢字 🔑 \u2028"}', '{"q":"\'; DROP TABLE events; --"}', '""', ' ', '']
        await right(store.log.commit({ appends: [{ stream: 'key/ü', expectedVersion: 0, records: [record('0'), ...odd.map((d) => record(d))] }], seal: [] }))
        expect((await right(store.log.read('key/ü'))).slice(1).map(({ data }) => data)).toEqual(odd)
        await fc.assert(
          fc.asyncProperty(fc.string({ unit: 'binary' }).filter((text) => !/[\0\p{Surrogate}]/u.test(text)), async (text) => {
            const before = (await right(store.log.read('key/ü'))).length
            await right(commit(append('key/ü', before, text)))
            expect((await right(store.log.read('key/ü', before + 1))).map(({ data }) => data)).toEqual([text])
          }),
          { numRuns: 30 },
        )
      })

      it.each(['a\0b', '"\ud83d"'])('refuses text that it could not keep byte for byte (%j)', async (text) => {
        expect(await left(commit(append('key/a', 0, text)))).toMatchObject(closed)
        expect(await right(store.log.readAll(0, 10))).toEqual([])
      })

      it('keeps large records', async () => {
        const large = JSON.stringify({ text: 'x€'.repeat(300_000) })
        await right(commit(append('key/a', 0, large)))
        expect((await right(store.log.read('key/a')))[0]?.data === large).toBe(true)
      })

      it('is as durable and visible through another handle', async () => {
        const other = await subject.open()
        await right(commit(append('key/a', 0, '1')))
        expect(await right(other.log.read('key/a'))).toEqual(await right(store.log.read('key/a')))
        await right(other.log.commit({ appends: [append('key/a', 1, '2')], seal: [] }))
        await right(other.log.close())
        expect(await versions('key/a')).toEqual([1, 2])
        expect(other.info).toEqual(store.info)
      })
    })

    describe('expected versions', () => {
      it.each([1, 2, -1])('refuses version %i of a stream that does not exist', async (expected) => {
        expect(await left(commit(append('key/a', expected, '1')))).toEqual(clash('key/a'))
      })

      it.each([0, 1, 3])('refuses version %i of a stream that has 2', async (expected) => {
        await right(commit(append('key/a', 0, '1', '2')))
        expect(await left(commit(append('key/a', expected, '3')))).toEqual(clash('key/a'))
        expect(await versions('key/a')).toEqual([1, 2])
      })

      it('lets exactly one of many win each version', async () => {
        const handles = [store, ...(await Promise.all(Array.from({ length: 4 }, () => subject.open())))]
        for (let version = 0; version < 5; version += 1) {
          const tries = handles.map(({ log }, n) => log.commit({ appends: [append('key/a', version, `${n}`)], seal: [] })())
          const results = await Promise.all(tries)
          expect(results.filter(E.isRight)).toHaveLength(1)
          expect(results.filter(E.isLeft).map((result) => result.left)).toEqual(Array(4).fill(clash('key/a')))
        }
        expect(await versions('key/a')).toEqual([1, 2, 3, 4, 5])
        for (const { log } of handles.slice(1)) await right(log.close())
      })

      it('counts the earlier appends of the same commit', async () => {
        await right(commit(append('key/a', 0, '1'), append('key/a', 1, '2')))
        expect(await left(commit(append('key/a', 2, '3'), append('key/a', 2, '4')))).toEqual(clash('key/a'))
        expect(await versions('key/a')).toEqual([1, 2])
      })
    })

    describe('all or nothing', () => {
      const atomic = (second: number, seal: ReadonlyArray<SealedSecret>) =>
        store.log.commit({ appends: [append('key/a', 0, '1'), append('key/b', second, '1')], seal })

      it('writes several streams and their secrets together', async () => {
        await right(atomic(0, [sealedAt(place('key/a'), [1]), sealedAt(place('key/b'), [2])]))
        expect(await right(store.log.streams(''))).toEqual(['key/a', 'key/b'])
        expect((await right(store.log.sealed(place('key/b'))))?.bytes).toEqual(Uint8Array.of(2))
      })

      it('writes nothing of any when one stream conflicts', async () => {
        expect(await left(atomic(1, [sealedAt(place('key/a'), [1])]))).toEqual(clash('key/b'))
        expect(await right(store.log.readAll(0, 10))).toEqual([])
        expect(await right(store.log.sealed(place('key/a')))).toBeNull()
        await right(atomic(0, []))
        expect((await right(store.log.readAll(0, 10))).map(({ sequence }) => sequence)).toEqual([1, 2])
      })

      it('overwrites no secret, and then writes nothing', async () => {
        await right(store.log.commit({ appends: [append('vault', 0, '1')], seal: [sealedAt(place('key/a'), [1])] }))
        expect(await left(atomic(0, [sealedAt(place('key/a'), [2])]))).toMatchObject(closed)
        expect(await left(atomic(0, [sealedAt(place('key/c'), [2]), sealedAt(place('key/c'), [3])]))).toMatchObject(closed)
        expect(await right(store.log.streams(''))).toEqual(['vault'])
        expect((await right(store.log.sealed(place('key/a'))))?.bytes).toEqual(Uint8Array.of(1))
        expect(await right(store.log.sealed(place('key/c')))).toBeNull()
      })
    })

    describe('sealed secrets', () => {
      const refs = [place('key/a'), place('key/a', 'a#1', 2), place('key/a', 'a#2'), place('key/b'), place('vault', 'management-key')]

      it('keeps each at its own place, byte for byte', async () => {
        const bytes = Array.from({ length: 256 }, (_, n) => n)
        const seal = refs.map((ref, n) => sealedAt(ref, [n, ...bytes], `key-${n}`))
        await right(store.log.commit({ appends: [append('vault', 0, '1')], seal }))
        for (const one of seal) {
          const held = await right(store.log.sealed(one.ref))
          expect({ ...held, bytes: Array.from(held?.bytes ?? []) }).toEqual({ ...one, bytes: Array.from(one.bytes) })
        }
        expect(await right(store.log.sealed(place('key/a', 'a#1', 3)))).toBeNull()
      })

      it('shares no memory with the caller', async () => {
        const mine = sealedAt(place('key/a'), [1, 2, 3])
        await right(store.log.commit({ appends: [append('key/a', 0, '1')], seal: [mine] }))
        mine.bytes.fill(9)
        const held = await right(store.log.sealed(place('key/a')))
        held?.bytes.fill(8)
        expect((await right(store.log.sealed(place('key/a'))))?.bytes).toEqual(Uint8Array.of(1, 2, 3))
      })

      it('shreds one and no other, repeatably', async () => {
        await right(store.log.commit({ appends: [append('vault', 0, '1')], seal: refs.map((ref) => sealedAt(ref, [1])) }))
        const [first, ...others] = refs
        if (first === undefined) throw new Error('no place')
        expect(await right(store.log.shred(first))).toBe('shredded')
        expect(await right(store.log.shred(first))).toBe('shredded')
        expect(await right(store.log.sealed(first))).toBeNull()
        for (const ref of others) expect((await right(store.log.sealed(ref)))?.bytes).toEqual(Uint8Array.of(1))
        expect(await versions('vault')).toEqual([1])
      })

      it('shreds what was never there', async () => {
        expect(await right(store.log.shred(place('key/none')))).toBe('shredded')
      })
    })

    describe('key ring', () => {
      const key = (keyId: string, ...bytes: number[]): WrappedKey => ({ keyId, bytes: Uint8Array.from(bytes) })
      const shown = async () => {
        const { lock, keys } = await right((await subject.open()).keyRing.read())
        return { lock, keys: keys.map(({ keyId, bytes }) => [keyId, ...bytes]) }
      }
      const ring = (lock: string | null, ...keys: ReadonlyArray<ReturnType<typeof key>>) => ({ lock, keys })

      it('is replaced whole, in order, together with its facts', async () => {
        expect(await shown()).toEqual({ lock: null, keys: [] })
        await right(store.keyRing.change<never>(() => E.right({ ring: ring(null, key('z', 1)), appends: [] })))
        expect(await shown()).toEqual({ lock: null, keys: [['z', 1]] })
        await right(
          store.keyRing.change<never>(({ keys }) =>
            E.right({ ring: ring('{"n":1}', ...keys, key('a', 0, 255)), appends: [append('vault', 0, 'moved')] }),
          ),
        )
        expect(await shown()).toEqual({ lock: '{"n":1}', keys: [['z', 1], ['a', 0, 255]] })
        expect(await versions('vault')).toEqual([1])
        await right(store.keyRing.change<never>(() => E.right({ ring: ring(null, key('b', 3)), appends: [] })))
        expect(await shown()).toEqual({ lock: null, keys: [['b', 3]] })
      })

      it('stays as it was when the work refuses, has nothing to do, or its facts come too late', async () => {
        await right(store.keyRing.change<never>(() => E.right({ ring: ring('l', key('z', 1)), appends: [append('vault', 0, '1')] })))
        expect(await left(store.keyRing.change(() => E.left({ _tag: 'Refused' as const })))).toEqual({ _tag: 'Refused' })
        await right(store.keyRing.change<never>(() => E.right(null)))
        const late = store.keyRing.change<never>(() => E.right({ ring: ring(null, key('y', 2)), appends: [append('vault', 0, '2')] }))
        expect(await left(late)).toEqual({ _tag: 'VersionConflict', stream: 'vault' })
        expect(await shown()).toEqual({ lock: 'l', keys: [['z', 1]] })
        expect(await versions('vault')).toEqual([1])
      })
    })

    describe('the notes', () => {
      it('are replaced, found by their prefix, seen by every handle, and none of the log', async () => {
        const { notes } = store
        await right(notes.write(new Map([['seen/a', '1'], ['seen/b', 'ü "2"'], ['watch', 'x']])))
        await right(notes.write(new Map([['seen/a', '3']])))
        await right(notes.write(new Map()))
        const other = await subject.open()
        expect([...(await right(other.notes.read('seen/')))].sort()).toEqual([['seen/a', '3'], ['seen/b', 'ü "2"']])
        expect((await right(other.notes.read(''))).size).toBe(3)
        expect(await right(store.log.readAll(0, 9))).toEqual([])
      })

      it('change hands only from what was seen', async () => {
        const { notes } = store
        expect(await right(notes.swap('watch', 'a', 'b'))).toBe(false)
        expect(await right(notes.swap('watch', null, 'a'))).toBe(true)
        expect(await right(notes.swap('watch', null, 'b'))).toBe(false)
        expect(await right(notes.swap('watch', 'a', 'b'))).toBe(true)
        expect(await right(notes.swap('watch', 'b', null))).toBe(true)
        expect(await right(notes.read('watch'))).toEqual(new Map())
      })
    })

    it('answers nothing after it was closed, and closes repeatably', async () => {
      const other = await subject.open()
      await right(other.log.close())
      await right(other.log.close())
      expect(await left(other.log.read('key/a'))).toMatchObject(closed)
      expect(await left(other.log.commit({ appends: [append('key/a', 0, '1')], seal: [] }))).toMatchObject(closed)
      expect(await left(other.log.shred(place('key/a')))).toMatchObject(closed)
      expect(await left(other.keyRing.read())).toMatchObject(closed)
    })
  })
}
