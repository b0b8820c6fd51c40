import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

import type { VaultId } from '../../domain/shared/identifiers.js'

/** The 32 random bytes that open one vault. A key object, so that it is not printed and not copied about. */
export type VaultKey = KeyObject

/** One independent value for each use of the vault key, so that no use can be turned against another. RFC 5869. */
const derive = (vaultKey: VaultKey, vaultId: VaultId, use: string, length: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', vaultKey, Buffer.from(vaultId, 'hex'), `lean-vault/1/${use}`, length))

/** The key that wraps this vault's key ring. The same vault key gives another vault another one. */
export const wrappingKey = (vaultKey: VaultKey, vaultId: VaultId): KeyObject =>
  createSecretKey(derive(vaultKey, vaultId, 'wrap key ring', 32))

/** Eight bytes that name the vault key and tell nothing about it: a wrong key is told from damaged bytes by them. */
export const vaultKeyId = (vaultKey: VaultKey, vaultId: VaultId): Uint8Array =>
  derive(vaultKey, vaultId, 'name vault key', 8)
