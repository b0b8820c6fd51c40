import assert from 'node:assert/strict'

import type { SealedSecret } from '../application/ports/event-log.js'
import { append, clash, closed, type EventLogSubject, left, onFreshStore, place, right, sealedAt, versionsIn } from './event-log-subject.js'
import { expect } from './expect.js'
import type { Suite } from './suite.js'

/** Commits that are all or nothing, and sealed secrets. */
export const secretCases = (makeSubject: () => Promise<EventLogSubject>): Suite =>
  onFreshStore(makeSubject, ({ it }, fresh) => {
    const atomic = (second: number, seal: ReadonlyArray<SealedSecret>) =>
      fresh.store.log.commit({ appends: [append('key/a', 0, '1'), append('key/b', second, '1')], seal })

    it('writes several streams and their secrets together', async () => {
      await right(atomic(0, [sealedAt(place('key/a'), [1]), sealedAt(place('key/b'), [2])]))
      expect(await right(fresh.store.log.streams(''))).toEqual(['key/a', 'key/b'])
      expect((await right(fresh.store.log.sealed(place('key/b'))))?.bytes).toEqual(Uint8Array.of(2))
    })

    it('writes nothing of any when one stream conflicts', async () => {
      expect(await left(atomic(1, [sealedAt(place('key/a'), [1])]))).toEqual(clash('key/b'))
      expect(await right(fresh.store.log.readAll(0, 10))).toEqual([])
      expect(await right(fresh.store.log.sealed(place('key/a')))).toBeNull()
      await right(atomic(0, []))
      expect((await right(fresh.store.log.readAll(0, 10))).map(({ sequence }) => sequence)).toEqual([1, 2])
    })

    it('overwrites no secret, and then writes nothing', async () => {
      await right(fresh.store.log.commit({ appends: [append('vault', 0, '1')], seal: [sealedAt(place('key/a'), [1])] }))
      expect(await left(atomic(0, [sealedAt(place('key/a'), [2])]))).toMatchObject(closed)
      expect(await left(atomic(0, [sealedAt(place('key/c'), [2]), sealedAt(place('key/c'), [3])]))).toMatchObject(closed)
      expect(await right(fresh.store.log.streams(''))).toEqual(['vault'])
      expect((await right(fresh.store.log.sealed(place('key/a'))))?.bytes).toEqual(Uint8Array.of(1))
      expect(await right(fresh.store.log.sealed(place('key/c')))).toBeNull()
    })

    const refs = [place('key/a'), place('key/a', 'a#1', 2), place('key/a', 'a#2'), place('key/b'), place('vault', 'management-key')]

    it('keeps each at its own place, byte for byte', async () => {
      const bytes = Array.from({ length: 256 }, (_, n) => n)
      const seal = refs.map((ref, n) => sealedAt(ref, [n, ...bytes], `key-${n}`))
      await right(fresh.store.log.commit({ appends: [append('vault', 0, '1')], seal }))
      for (const one of seal) {
        const held = await right(fresh.store.log.sealed(one.ref))
        expect({ ...held, bytes: Array.from(held?.bytes ?? []) }).toEqual({ ...one, bytes: Array.from(one.bytes) })
      }
      expect(await right(fresh.store.log.sealed(place('key/a', 'a#1', 3)))).toBeNull()
    })

    it('shares no memory with the caller', async () => {
      const mine = sealedAt(place('key/a'), [1, 2, 3])
      await right(fresh.store.log.commit({ appends: [append('key/a', 0, '1')], seal: [mine] }))
      mine.bytes.fill(9)
      const held = await right(fresh.store.log.sealed(place('key/a')))
      held?.bytes.fill(8)
      expect((await right(fresh.store.log.sealed(place('key/a'))))?.bytes).toEqual(Uint8Array.of(1, 2, 3))
    })

    it('shreds one and no other, repeatably', async () => {
      await right(fresh.store.log.commit({ appends: [append('vault', 0, '1')], seal: refs.map((ref) => sealedAt(ref, [1])) }))
      const [first, ...others] = refs
      if (first === undefined) assert.fail('no place')
      expect(await right(fresh.store.log.shred(first))).toBe('shredded')
      expect(await right(fresh.store.log.shred(first))).toBe('shredded')
      expect(await right(fresh.store.log.sealed(first))).toBeNull()
      for (const ref of others) expect((await right(fresh.store.log.sealed(ref)))?.bytes).toEqual(Uint8Array.of(1))
      expect(await versionsIn(fresh, 'vault')).toEqual([1])
    })

    it('shreds what was never there', async () => {
      expect(await right(fresh.store.log.shred(place('key/none')))).toBe('shredded')
    })
  })
