import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import type { WrappedKey, WrappedRing } from '../../application/ports/key-ring-store.js'
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

/** The key that seals and authenticates what is new. */
export const newestKey = (ring: KeyRing): DataKey => ring[ring.length - 1] ?? ring[0]

/** The ring does not open. `wrong-vault-key`: it was wrapped by another vault key. `empty`: it has no key at all. */
export interface KeyRingBroken {
  readonly _tag: 'KeyRingBroken'
  readonly reason: 'wrong-vault-key' | 'damaged' | 'empty'
  readonly message: string
}

/** 1: the vault key is in a key file. 2: the lock says where it is, and is bound in. */
const formatFor = (lock: string | null): number => (lock === null ? 1 : 2)

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

const boundTo = (vaultId: VaultId, keyId: string, wrappedBy: Uint8Array, lock: string | null): Uint8Array => {
  const place = ['lean-vault wrapped key', `${formatFor(lock)}`, vaultId, keyId, Buffer.from(wrappedBy).toString('hex')]
  return canonical(...place, ...(lock === null ? [] : [createHash('sha256').update(lock, 'utf8').digest('hex')]))
}

/** The name of the vault key that wrapped a key, as the key itself says; null when it is too short to say. */
export const wrappedBy = ({ bytes }: WrappedKey): Uint8Array | null =>
  bytes.length < 1 + idLength ? null : bytes.subarray(1, 1 + idLength)

/** A data key wrapped by the vault key: format (1 byte), name of the vault key (8), nonce (12), ciphertext, tag (16). */
const wrapKey = (vaultKey: VaultKey, vaultId: VaultId, lock: string | null, { keyId, key }: DataKey): WrappedKey => {
  const by = vaultKeyId(vaultKey, vaultId)
  const bytes = key.export()
  const aad = boundTo(vaultId, keyId, by, lock)
  const box = encrypt(wrappingKey(vaultKey, vaultId), randomBytes(nonceLength), aad, bytes)
  bytes.fill(0)
  return { keyId, bytes: joined(Uint8Array.of(formatFor(lock)), by, box) }
}

/** The ring as it may rest on disk. It opens with this vault key under this very lock and no other. */
export const wrapRing = (vaultKey: VaultKey, vaultId: VaultId, ring: KeyRing, lock: string | null): WrappedRing => ({
  lock,
  keys: ring.map((dataKey) => wrapKey(vaultKey, vaultId, lock, dataKey)),
})

const unwrapKey = (
  vaultKey: VaultKey,
  vaultId: VaultId,
  lock: string | null,
  wrapped: WrappedKey,
): E.Either<KeyRingBroken, DataKey> => {
  const { keyId, bytes } = wrapped
  const by = wrappedBy(wrapped)
  if (by === null || bytes[0] !== formatFor(lock)) return E.left(broken('damaged'))
  if (Buffer.compare(by, vaultKeyId(vaultKey, vaultId)) !== 0) return E.left(broken('wrong-vault-key'))
  const aad = boundTo(vaultId, keyId, by, lock)
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
  { lock, keys: wrapped }: WrappedRing,
): E.Either<KeyRingBroken, KeyRing> => {
  const keys: DataKey[] = []
  for (const one of wrapped) {
    const key = unwrapKey(vaultKey, vaultId, lock, one)
    if (E.isLeft(key)) return key
    keys.push(key.right)
  }
  const [first, ...rest] = keys
  return first === undefined ? E.left(broken('empty')) : E.right([first, ...rest])
}
