import * as E from 'fp-ts/lib/Either.js'

import type { WrappedKey } from '../application/ports/key-ring-store.js'
import { append, closed, type EventLogSubject, left, onFreshStore, place, right, versionsIn } from './event-log-subject.js'
import { expect } from './expect.js'
import type { Suite } from './suite.js'

/** The key ring, the notes, and an end. */
export const keyRingCases = (makeSubject: () => Promise<EventLogSubject>): Suite =>
  onFreshStore(makeSubject, ({ it }, fresh) => {
    const key = (keyId: string, ...bytes: number[]): WrappedKey => ({ keyId, bytes: Uint8Array.from(bytes) })
    const shown = async () => {
      const { lock, keys } = await right((await fresh.subject.open()).keyRing.read())
      return { lock, keys: keys.map(({ keyId, bytes }) => [keyId, ...bytes]) }
    }
    const ring = (lock: string | null, ...keys: ReadonlyArray<ReturnType<typeof key>>) => ({ lock, keys })

    it('is replaced whole, in order, together with its facts', async () => {
      expect(await shown()).toEqual({ lock: null, keys: [] })
      await right(fresh.store.keyRing.change<never>(() => E.right({ ring: ring(null, key('z', 1)), appends: [] })))
      expect(await shown()).toEqual({ lock: null, keys: [['z', 1]] })
      await right(
        fresh.store.keyRing.change<never>(({ keys }) =>
          E.right({ ring: ring('{"n":1}', ...keys, key('a', 0, 255)), appends: [append('vault', 0, 'moved')] }),
        ),
      )
      expect(await shown()).toEqual({ lock: '{"n":1}', keys: [['z', 1], ['a', 0, 255]] })
      expect(await versionsIn(fresh, 'vault')).toEqual([1])
      await right(fresh.store.keyRing.change<never>(() => E.right({ ring: ring(null, key('b', 3)), appends: [] })))
      expect(await shown()).toEqual({ lock: null, keys: [['b', 3]] })
    })

    it('stays as it was when the work refuses, has nothing to do, or its facts come too late', async () => {
      await right(fresh.store.keyRing.change<never>(() => E.right({ ring: ring('l', key('z', 1)), appends: [append('vault', 0, '1')] })))
      expect(await left(fresh.store.keyRing.change(() => E.left({ _tag: 'Refused' as const })))).toEqual({ _tag: 'Refused' })
      await right(fresh.store.keyRing.change<never>(() => E.right(null)))
      const late = fresh.store.keyRing.change<never>(() => E.right({ ring: ring(null, key('y', 2)), appends: [append('vault', 0, '2')] }))
      expect(await left(late)).toEqual({ _tag: 'VersionConflict', stream: 'vault' })
      expect(await shown()).toEqual({ lock: 'l', keys: [['z', 1]] })
      expect(await versionsIn(fresh, 'vault')).toEqual([1])
    })

    it('are replaced, found by their prefix, seen by every handle, and none of the log', async () => {
      const { notes } = fresh.store
      await right(notes.write(new Map([['seen/a', '1'], ['seen/b', 'ü "2"'], ['watch', 'x']])))
      await right(notes.write(new Map([['seen/a', '3']])))
      await right(notes.write(new Map()))
      const other = await fresh.subject.open()
      expect([...(await right(other.notes.read('seen/')))].sort()).toEqual([['seen/a', '3'], ['seen/b', 'ü "2"']])
      expect((await right(other.notes.read(''))).size).toBe(3)
      expect(await right(fresh.store.log.readAll(0, 9))).toEqual([])
    })

    it('change hands only from what was seen', async () => {
      const { notes } = fresh.store
      expect(await right(notes.swap('watch', 'a', 'b'))).toBe(false)
      expect(await right(notes.swap('watch', null, 'a'))).toBe(true)
      expect(await right(notes.swap('watch', null, 'b'))).toBe(false)
      expect(await right(notes.swap('watch', 'a', 'b'))).toBe(true)
      expect(await right(notes.swap('watch', 'b', null))).toBe(true)
      expect(await right(notes.read('watch'))).toEqual(new Map())
    })

    it('answers nothing after it was closed, and closes repeatably', async () => {
    const other = await fresh.subject.open()
    await right(other.log.close())
    await right(other.log.close())
    expect(await left(other.log.read('key/a'))).toMatchObject(closed)
    expect(await left(other.log.commit({ appends: [append('key/a', 0, '1')], seal: [] }))).toMatchObject(closed)
    expect(await left(other.log.shred(place('key/a')))).toMatchObject(closed)
    expect(await left(other.keyRing.read())).toMatchObject(closed)
    })
  })
