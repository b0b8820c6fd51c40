import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

import type { VaultId } from '../../domain/shared/identifiers.js'
import { type DataKey, type KeyRing, newestKey } from './key-ring.js'

/** A key that authenticates facts of the log, under the name of the data key that it comes from. */
export interface LogKey {
  readonly keyId: string
  readonly key: KeyObject
}

/** The keys of a ring for authenticating the log. They stay what they are when the ring is wrapped anew. */
export interface LogKeys {
  /** What new facts are authenticated with: it comes from the ring's newest key. */
  readonly current: LogKey
  /** The one of this name, or null where the ring has no such key. */
  readonly find: (keyId: string) => LogKey | null
}

/** RFC 5869: as independent of the sealing key as if it were drawn anew. */
const derive = ({ keyId, key }: DataKey, vaultId: VaultId): LogKey => {
  const bytes = Buffer.from(hkdfSync('sha256', key, Buffer.from(vaultId, 'hex'), 'lean-vault/1/authenticate log', 32))
  const derived = createSecretKey(bytes)
  bytes.fill(0)
  return { keyId, key: derived }
}

/** A log key for each data key of the ring, so that a fact can be checked long after the ring got a newer key. */
export const logKeysOf = (ring: KeyRing, vaultId: VaultId): LogKeys => {
  const keys = new Map(ring.map((dataKey) => [dataKey.keyId, derive(dataKey, vaultId)]))
  const newest = newestKey(ring)
  return { current: keys.get(newest.keyId) ?? derive(newest, vaultId), find: (keyId) => keys.get(keyId) ?? null }
}
