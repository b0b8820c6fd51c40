import { createSecretKey, randomBytes } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { newDataKey, unwrapRing, wrapRing } from '../../../src/adapters/sealing/key-ring.js'
import { type LogKey, logKeysOf } from '../../../src/adapters/sealing/log-keys.js'
import type { VaultId } from '../../../src/domain/shared/identifiers.js'

const vault = '000102030405060708090a0b0c0d0e0f' as VaultId
const other = 'ffffffffffffffffffffffffffffffff' as VaultId
const shown = (key: LogKey | null): string => (key === null ? 'none' : `${key.keyId} ${key.key.export().toString('hex')}`)

describe('the keys of the log', () => {
  it('are the same after the ring was wrapped by another vault key under another lock', () => {
    const ring = [newDataKey(), newDataKey()] as const
    const vaultKey = createSecretKey(randomBytes(32))
    const again = unwrapRing(vaultKey, vault, wrapRing(vaultKey, vault, [...ring], '{}'))
    if (E.isLeft(again)) throw new Error(again.left.reason)
    expect(shown(logKeysOf(again.right, vault).current)).toBe(shown(logKeysOf([...ring], vault).current))
  })

  it('go on when the ring gets a newer key: the old one is found by its name, the newest is current', () => {
    const [older, newer] = [newDataKey(), newDataKey()]
    const before = logKeysOf([older], vault).current
    const after = logKeysOf([older, newer], vault)
    expect(shown(after.find(older.keyId))).toBe(shown(before))
    expect(after.current.keyId).toBe(newer.keyId)
    expect(after.find('none')).toBeNull()
  })

  it('are others for another vault, and none is the key that seals', () => {
    const key = newDataKey()
    const own = logKeysOf([key], vault).current
    expect(shown(logKeysOf([key], other).current)).not.toBe(shown(own))
    expect(own.key.export().equals(key.key.export())).toBe(false)
  })

  // The same value was made by Python's hmac from RFC 5869.
  it('are derived as ever', () => {
    const fixed = { keyId: '0011223344556677', key: createSecretKey(Buffer.alloc(32, 7)) }
    expect(shown(logKeysOf([fixed], vault).current)).toBe('0011223344556677 bb17730f85b03a78c116b19e765d876b3d055dd576eae807149fa4e06df31979')
  })
})
