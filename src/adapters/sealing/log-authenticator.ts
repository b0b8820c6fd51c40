import { createHmac } from 'node:crypto'

import type { LogAuthenticator } from '../../application/ports/log-proof.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import type { KeyRing } from './key-ring.js'
import { logKeysOf } from './log-keys.js'

/** Authenticates the log by HMAC-SHA-256 (RFC 2104) under keys that come from the ring. */
export const makeLogAuthenticator = (ring: KeyRing, vaultId: VaultId): LogAuthenticator => {
  const keys = logKeysOf(ring, vaultId)
  return {
    current: keys.current.keyId,
    tag: (keyId, text) => {
      const found = keys.find(keyId)
      return found === null ? null : createHmac('sha256', found.key).update(text, 'utf8').digest('hex')
    },
  }
}
