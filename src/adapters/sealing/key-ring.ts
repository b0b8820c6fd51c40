import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import type { WrappedKey } from '../../application/ports/key-ring-store.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import { decrypt, encrypt, joined, nonceLength } from './aead.js'
import { canonical } from './canonical.js'
import { type VaultKey, vaultKeyId, wrappingKey } from './vault-key.js'

/** A key that seals secrets, and its public name. */
export interface DataKey {
  readonly keyId: string
  readonly key: KeyObject
}

/** The data keys in the order in which they came: the last one seals, every one opens. */
export type KeyRing = ReadonlyNonEmptyArray<DataKey>

/** The ring does not open. `wrong-vault-key`: it was wrapped by another vault key. `empty`: it has no key at all. */
export interface KeyRingBroken {
  readonly _tag: 'KeyRingBroken'
  readonly reason: 'wrong-vault-key' | 'damaged' | 'empty'
  readonly message: string
}

const format = 1
const idLength = 8

const messages: Readonly<Record<KeyRingBroken['reason'], string>> = {
  'wrong-vault-key': 'This vault key belongs to another vault.',
  damaged: 'The key ring of the vault is damaged.',
  empty: 'The vault has no key ring.',
}

const broken = (reason: KeyRingBroken['reason']): KeyRingBroken => ({
  _tag: 'KeyRingBroken',
  reason,
  message: messages[reason],
})

export const newDataKey = (): DataKey => {
  const bytes = randomBytes(32)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return { keyId: randomBytes(8).toString('hex'), key }
}

const boundTo = (vaultId: VaultId, keyId: string, wrappedBy: Uint8Array): Uint8Array =>
  canonical('lean-vault wrapped key', `${format}`, vaultId, keyId, Buffer.from(wrappedBy).toString('hex'))

/** A data key wrapped by the vault key: format (1 byte), name of the vault key (8), nonce (12), ciphertext, tag (16). */
export const wrapKey = (vaultKey: VaultKey, vaultId: VaultId, { keyId, key }: DataKey): WrappedKey => {
  const wrappedBy = vaultKeyId(vaultKey, vaultId)
  const bytes = key.export()
  const aad = boundTo(vaultId, keyId, wrappedBy)
  const box = encrypt(wrappingKey(vaultKey, vaultId), randomBytes(nonceLength), aad, bytes)
  bytes.fill(0)
  return { keyId, bytes: joined(Uint8Array.of(format), wrappedBy, box) }
}

export const wrapRing = (vaultKey: VaultKey, vaultId: VaultId, ring: KeyRing): ReadonlyArray<WrappedKey> =>
  ring.map((dataKey) => wrapKey(vaultKey, vaultId, dataKey))

const unwrapKey = (vaultKey: VaultKey, vaultId: VaultId, { keyId, bytes }: WrappedKey): E.Either<KeyRingBroken, DataKey> => {
  if (bytes[0] !== format || bytes.length < 1 + idLength) return E.left(broken('damaged'))
  const wrappedBy = bytes.subarray(1, 1 + idLength)
  if (Buffer.compare(wrappedBy, vaultKeyId(vaultKey, vaultId)) !== 0) return E.left(broken('wrong-vault-key'))
  const aad = boundTo(vaultId, keyId, wrappedBy)
  const opened = decrypt(wrappingKey(vaultKey, vaultId), aad, bytes.subarray(1 + idLength))
  if (opened === null || opened.length !== 32) return E.left(broken('damaged'))
  const key = createSecretKey(opened)
  opened.fill(0)
  return E.right({ keyId, key })
}

/** The ring from its wrapped keys; all of them must open. */
export const unwrapRing = (
  vaultKey: VaultKey,
  vaultId: VaultId,
  wrapped: ReadonlyArray<WrappedKey>,
): E.Either<KeyRingBroken, KeyRing> => {
  const keys: DataKey[] = []
  for (const one of wrapped) {
    const key = unwrapKey(vaultKey, vaultId, one)
    if (E.isLeft(key)) return key
    keys.push(key.right)
  }
  const [first, ...rest] = keys
  return first === undefined ? E.left(broken('empty')) : E.right([first, ...rest])
}
