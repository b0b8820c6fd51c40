import { randomBytes } from 'node:crypto'

import type { Random } from '../../application/ports/environment.js'
import type { AttemptId, Nonce, VaultId } from '../../domain/shared/identifiers.js'

const hex128 = (): string => randomBytes(16).toString('hex')

/** The operating system's random bytes: 32 lowercase hex digits are what all three identifiers ask for. */
export const systemRandom: Random = {
  nonce: () => hex128() as Nonce,
  attemptId: () => hex128() as AttemptId,
  vaultId: () => hex128() as VaultId,
  fraction: Math.random,
}
