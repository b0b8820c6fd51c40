import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { openMemoryLog } from '../../../src/adapters/memory-log/memory-log.js'
import { makeMemoryStore } from '../../../src/adapters/memory-log/memory-store.js'
import { canonical } from '../../../src/adapters/sealing/canonical.js'
import { type DataKey, type KeyRing, newDataKey, unwrapRing, wrapRing } from '../../../src/adapters/sealing/key-ring.js'
import { beginKeyRing, openKeyRing } from '../../../src/adapters/sealing/open-key-ring.js'
import { boundTo, makeSealer, sealWith } from '../../../src/adapters/sealing/sealer.js'
import { vaultKeyId, wrappingKey } from '../../../src/adapters/sealing/vault-key.js'
import type { WrappedKey } from '../../../src/application/ports/key-ring-store.js'
import { reveal, secret } from '../../../src/application/secret.js'
import { vaultId } from '../../../src/domain/shared/identifiers.js'
import { sealerSuite } from '../../../src/testing/sealer-suite.js'
import { runSuite } from '../../support/run-suite.js'

const rightOf = <A>(result: E.Either<unknown, A>): A => {
  if (E.isRight(result)) return result.right
  throw new Error(`unexpected Left: ${JSON.stringify(result.left)}`)
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const count = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, n) => from + n)
const raw = ({ key }: { readonly key: KeyObject }): string => hex(key.export())

const vault = rightOf(vaultId('000102030405060708090a0b0c0d0e0f'))
const elsewhere = rightOf(vaultId('ffffffffffffffffffffffffffffffff'))
const vaultKey = createSecretKey(count(32))
const fixed: DataKey = { keyId: '0011223344556677', key: createSecretKey(count(32, 100)) }
const ref = { stream: 'key/my-key', owner: 'my-key#1', generation: 1 }

runSuite('the sealer', sealerSuite(async () => makeSealer([newDataKey()])))

// The bytes were also opened by Python's cryptography package, and the derived values made by openssl kdf.
describe('known answers: what was sealed yesterday must open tomorrow', () => {
  const sealedBytes = '01c8c9cacbcccdcecfd0d1d2d31f29b7ea2d7b134388d238c97290d35806eebea2bd30526c44e871b567fe'
  const wrapped =
    '0152d9dea276d51a30257cd5d6cbe4437fcd85f589d061819d4a4dd82a1a71bbbb769351939a0a88e94a2130bc136aceb4fb1c24e465959fef4cf040222a71bb7397089012'

  it('seals as ever', () => {
    expect(hex(sealWith(fixed, count(12, 200), ref, secret('sk-or-v1-known')).bytes)).toBe(sealedBytes)
  })

  it('opens as ever', async () => {
    const sealed = { ref, keyId: fixed.keyId, bytes: Buffer.from(sealedBytes, 'hex') }
    expect(reveal(rightOf(await makeSealer([fixed]).open(sealed)()))).toBe('sk-or-v1-known')
  })

  it('binds to the same bytes as ever', () => {
    expect(hex(boundTo('k', { stream: 's', owner: 'ö', generation: 12 }))).toBe(
      '000000186c65616e2d7661756c74207365616c656420736563726574' + '0000000131' + '000000016b' + '0000000173' + '00000002c3b6' + '000000023132',
    )
  })

  it('derives as ever', () => {
    expect(hex(wrappingKey(vaultKey, vault).export())).toBe('bffb2c4840baef7dcb92b87ba5f3d81c77b34d620bd009586f685c433f69b07a')
    expect(hex(vaultKeyId(vaultKey, vault))).toBe('52d9dea276d51a30')
  })

  it('unwraps as ever', () => {
    const ring = unwrapRing(vaultKey, vault, { lock: null, keys: [{ keyId: fixed.keyId, bytes: Buffer.from(wrapped, 'hex') }] })
    expect(rightOf(ring).map(raw)).toEqual([raw(fixed)])
  })
})

describe('canonical', () => {
  it('is different for different lists', () => {
    const lists = fc.array(fc.string({ maxLength: 3, unit: fc.constantFrom('a', '\0', '\u0001', 'é') }), { maxLength: 4 })
    fc.assert(
      fc.property(lists, lists, (one, other) => {
        expect(hex(canonical(...one)) === hex(canonical(...other))).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('sealer', () => {
  it('uses a new nonce for every seal', async () => {
    const sealer = makeSealer([newDataKey()])
    const nonces = new Set<string>()
    for (let n = 0; n < 20_000; n += 1) nonces.add(hex(rightOf(await sealer.seal(ref, secret('x'))()).bytes.subarray(1, 13)))
    expect(nonces.size).toBe(20_000)
  })

  it('seals with the newest key and opens with the older ones', async () => {
    const [older, newer] = [newDataKey(), newDataKey()]
    const before = rightOf(await makeSealer([older]).seal(ref, secret('a'))())
    const sealer = makeSealer([older, newer])
    expect(reveal(rightOf(await sealer.open(before)()))).toBe('a')
    expect(rightOf(await sealer.seal(ref, secret('b'))()).keyId).toBe(newer.keyId)
  })

  it('does not open under the name of another key of the ring', async () => {
    const [older, newer] = [newDataKey(), newDataKey()]
    const sealer = makeSealer([older, newer])
    const sealed = rightOf(await sealer.seal(ref, secret('a'))())
    expect(await sealer.open({ ...sealed, keyId: older.keyId })()).toMatchObject({ left: { reason: 'does-not-open' } })
  })

  it('binds the name of the key: the same key under two names does not open for the other', async () => {
    const twin = { ...fixed, keyId: 'twin' }
    const sealed = rightOf(await makeSealer([fixed]).seal(ref, secret('a'))())
    const opened = await makeSealer([fixed, twin]).open({ ...sealed, keyId: 'twin' })()
    expect(opened).toMatchObject({ left: { reason: 'does-not-open' } })
  })
})

describe('key ring', () => {
  const ring: KeyRing = [newDataKey(), newDataKey(), fixed]
  const reasonOf = (key: KeyObject, of: typeof vault, wrapped: ReadonlyArray<WrappedKey>, lock: string | null = null): string => {
    const opened = unwrapRing(key, of, { lock, keys: wrapped })
    return E.isLeft(opened) ? opened.left.reason : 'opened'
  }

  it('is the same after wrapping and unwrapping', () => {
    const again = rightOf(unwrapRing(vaultKey, vault, wrapRing(vaultKey, vault, ring, null)))
    expect(again.map((key) => [key.keyId, raw(key)])).toEqual(ring.map((key) => [key.keyId, raw(key)]))
  })

  it('never shows a data key in what is stored', () => {
    for (const [n, { bytes }] of wrapRing(vaultKey, vault, ring, null).keys.entries()) {
      expect(hex(bytes)).not.toContain(raw(ring[n] ?? fixed).slice(0, 16))
    }
  })

  it('tells a wrong vault key, another vault, and an empty ring', () => {
    const wrapped = wrapRing(vaultKey, vault, ring, null).keys
    expect(reasonOf(createSecretKey(randomBytes(32)), vault, wrapped)).toBe('wrong-vault-key')
    expect(reasonOf(vaultKey, elsewhere, wrapped)).toBe('wrong-vault-key')
    expect(reasonOf(vaultKey, vault, [])).toBe('empty')
  })

  it('refuses every flipped bit and every cut', () => {
    const [one] = wrapRing(vaultKey, vault, [fixed], null).keys
    if (one === undefined) throw new Error('no key')
    for (let at = 0; at < one.bytes.length * 8; at += 1) {
      const bytes = Uint8Array.from(one.bytes, (byte, n) => (n === at >> 3 ? byte ^ (1 << (at & 7)) : byte))
      expect(reasonOf(vaultKey, vault, [{ ...one, bytes }]), `bit ${at}`).toBe(at >= 8 && at < 72 ? 'wrong-vault-key' : 'damaged')
    }
    for (let length = 0; length < one.bytes.length; length += 1) {
      expect(reasonOf(vaultKey, vault, [{ ...one, bytes: one.bytes.slice(0, length) }])).not.toBe('opened')
    }
  })

  it('opens under its own lock only: a lock that somebody changed, dropped or added is noticed', () => {
    const under = (lock: string | null): ReadonlyArray<WrappedKey> => wrapRing(vaultKey, vault, ring, lock).keys
    expect(reasonOf(vaultKey, vault, under('{"a":1}'), '{"a":1}')).toBe('opened')
    for (const [made, read] of [['{"a":1}', '{"a":2}'], ['{"a":1}', null], [null, '{"a":1}']] as const)
      expect(reasonOf(vaultKey, vault, under(made), read)).toBe('damaged')
  })

  it('refuses a wrapped key under another name', () => {
    const [one] = wrapRing(vaultKey, vault, [fixed], null).keys
    expect(reasonOf(vaultKey, vault, [{ keyId: 'other', bytes: one?.bytes ?? count(1) }])).toBe('damaged')
  })

  it('is begun once: of two the second opens what the first began', async () => {
    const store = openMemoryLog(makeMemoryStore({ vaultId: vault, format: 1 })).keyRing
    expect(await openKeyRing(store, vaultKey, vault)()).toMatchObject({ left: { reason: 'empty' } })
    const [first, second] = await Promise.all([beginKeyRing(store, vaultKey, vault)(), beginKeyRing(store, vaultKey, vault)()])
    expect(rightOf(first).map(raw)).toEqual(rightOf(second).map(raw))
    expect(rightOf(await openKeyRing(store, vaultKey, vault)()).map(raw)).toEqual(rightOf(first).map(raw))
    const stranger = createSecretKey(randomBytes(32))
    expect(await beginKeyRing(store, stranger, vault)()).toMatchObject({ left: { reason: 'wrong-vault-key' } })
  })
})
