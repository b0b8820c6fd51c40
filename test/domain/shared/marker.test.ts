import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseMarker, remoteName } from '../../../src/domain/shared/marker.js'
import { runs } from '../../support/fc-runs.js'
import { anyKeyName, anyNonce, anyText, anyVaultId } from '../../support/value-arbitraries.js'

describe('the marker in a remote name', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyKeyName, anyVaultId, anyNonce, (name, vaultId, nonce) => {
        expect(parseMarker(remoteName(name, vaultId, nonce))).toEqual({ name, vaultId, nonce })
      }),
      runs(300),
    )
  })

  it('is known wherever it stands, whatever somebody wrote around it', () => {
    fc.assert(
      fc.property(anyText, anyText, anyKeyName, anyVaultId, anyNonce, (before, after, name, vaultId, nonce) => {
        const found = parseMarker(`${before}${remoteName(name, vaultId, nonce)}${after}`)
        expect(found).toMatchObject({ vaultId, nonce })
      }),
      runs(500),
    )
  })

  it('is known without the space that we put before it, and the name is all before', () => {
    fc.assert(
      fc.property(anyKeyName, anyVaultId, anyNonce, (name, vaultId, nonce) => {
        expect(parseMarker(`${name}[lv:${vaultId}:${nonce}]`)).toEqual({ name, vaultId, nonce })
      }),
      runs(100),
    )
  })

  it('is not seen where there is none', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseMarker(text)).toBe(null)
      }),
      runs(300),
    )
  })

  it.each([
    `k [lv:${'a'.repeat(32)}]`,
    `k [lv:${'a'.repeat(31)}:${'b'.repeat(32)}]`,
    `k [lv:${'a'.repeat(32)}:${'b'.repeat(33)}]`,
    `k [lv:${'A'.repeat(32)}:${'b'.repeat(32)}]`,
    `k [lv:${'a'.repeat(32)}:${'b'.repeat(32)}`,
    `k lv:${'a'.repeat(32)}:${'b'.repeat(32)}`,
  ])('is not %j', (text) => {
    expect(parseMarker(text)).toBe(null)
  })
})
