import assert from 'node:assert/strict'
import { inspect } from 'node:util'

import type { Arbitrary } from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'

import type { SealedSecret, SecretRef } from '../application/ports/event-log.js'
import type { Sealer } from '../application/ports/sealer.js'
import { reveal, secret } from '../application/secret.js'
import { expect } from './expect.js'
import { type Suite, suiteOf } from './suite.js'

const ref: SecretRef = { stream: 'key/a', owner: 'a#1', generation: 1 }
const key = `sk-or-v1-${'0123456789abcdef'.repeat(4)}`

/** What every sealer must do. Each subject holds keys of its own. */
export const sealerSuite = (makeSubject: () => Promise<Sealer>): Suite =>
  suiteOf(({ it, beforeEach }) => {
    let sealer: Sealer
    beforeEach(async () => {
      sealer = await makeSubject()
    })
    const seal = async (at: SecretRef, text: string): Promise<SealedSecret> => {
      const sealed = await sealer.seal(at, secret(text))()
      if (E.isLeft(sealed)) assert.fail(sealed.left.message)
      return sealed.right
    }
    /** The text, or why it does not open. */
    const open = async (sealed: SealedSecret, by = sealer): Promise<string> => {
      const opened = await by.open(sealed)()
      if (E.isRight(opened)) return reveal(opened.right)
      return opened.left._tag === 'SealBroken' ? `SealBroken: ${opened.left.reason}` : opened.left._tag
    }
    const shut = 'SealBroken: does-not-open'
    const makePlaces = (fc: typeof import('fast-check')): Arbitrary<SecretRef> =>
      fc.record({
        stream: fc.oneof(fc.constantFrom('key/a', 'key/a1', 'vault', ''), fc.string()),
        owner: fc.oneof(fc.constantFrom('a#1', '#1', '1'), fc.string()),
        generation: fc.nat(30),
      })

    it('gives back any text', async () => {
      const fc: typeof import('fast-check') = await import('fast-check')
      const places = makePlaces(fc)
      const texts = fc.string({ unit: 'binary' }).filter((text) => !/\p{Surrogate}/u.test(text))
      await fc.assert(
        fc.asyncProperty(places, texts, async (at, text) => {
          expect(await open(await seal(at, text))).toBe(text)
        }),
      )
      for (const text of ['', key, 'x'.repeat(100_000)]) expect(await open(await seal(ref, text))).toBe(text)
    })

    it('keeps the place it was given', async () => {
      expect((await seal(ref, key)).ref).toEqual(ref)
    })

    it('opens nowhere but at its own place', async () => {
      const fc: typeof import('fast-check') = await import('fast-check')
      const places = makePlaces(fc)
      await fc.assert(
        fc.asyncProperty(places, places, async (here, there) => {
          fc.pre(JSON.stringify(here) !== JSON.stringify(there))
          expect(await open({ ...(await seal(here, key)), ref: there })).toBe(shut)
        }),
      )
    })

    it.each<readonly [string, Partial<SecretRef>]>([
      ['another stream', { stream: 'key/b' }],
      ['another owner', { owner: 'a#2' }],
      ['another generation', { generation: 2 }],
      ['a character moved from the stream to the owner', { stream: 'key/', owner: 'aa#1' }],
      ['a digit moved from the generation to the owner', { owner: 'a#11', generation: 1 }],
    ])('does not open at %s', async ([, change]) => {
      expect(await open({ ...(await seal(ref, key)), ref: { ...ref, ...change } })).toBe(shut)
    })

    it('refuses every flipped bit', async () => {
      const sealed = await seal(ref, key)
      for (let at = 0; at < sealed.bytes.length * 8; at += 1) {
        const bytes = Uint8Array.from(sealed.bytes, (byte, n) => (n === at >> 3 ? byte ^ (1 << (at & 7)) : byte))
        expect(await open({ ...sealed, bytes }), `bit ${at}`).toBe(shut)
      }
    })

    it('refuses every cut and every lengthening', async () => {
      const sealed = await seal(ref, key)
      for (let length = 0; length < sealed.bytes.length; length += 1) {
        expect(await open({ ...sealed, bytes: sealed.bytes.slice(0, length) }), `${length} bytes`).toBe(shut)
        expect(await open({ ...sealed, bytes: sealed.bytes.slice(sealed.bytes.length - length) })).toBe(shut)
      }
      expect(await open({ ...sealed, bytes: Uint8Array.of(...sealed.bytes, 0) })).toBe(shut)
      expect(await open({ ...sealed, bytes: Uint8Array.of(0, ...sealed.bytes) })).toBe(shut)
    })

    it('does not open what another vault sealed', async () => {
      expect(await open(await seal(ref, key), await makeSubject())).toMatch(/^SealBroken/)
    })

    it('says so when it does not have the key', async () => {
      expect(await open({ ...(await seal(ref, key)), keyId: 'nobody' })).toBe('SealBroken: unknown-key')
    })

    it('never makes the same seal twice, and never one that holds the text', async () => {
      const seals = await Promise.all(Array.from({ length: 500 }, () => seal(ref, key)))
      expect(new Set(seals.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(500)
      for (const { bytes } of seals) expect(Buffer.from(bytes).includes(key.slice(0, 8))).toBe(false)
    })

    it('shows nothing of the text in a seal, an opened secret or an error', async () => {
      const sealed = await seal(ref, key)
      const shown = [sealed, await sealer.open(sealed)(), await sealer.open({ ...sealed, ref: { ...ref, generation: 9 } })()]
      expect(inspect(shown, { depth: 9 }) + JSON.stringify(shown)).not.toContain(key.slice(9, 25))
    })
  })
