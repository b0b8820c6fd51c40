import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { LogHead } from '../../application/ports/log-proof.js'
import { genesis, recordText } from './chain.js'
import type { Database } from './database.js'
import type { Row } from './driver.js'
import { unavailable } from './failure.js'
import type { Guard, Heads } from './guard.js'
import { completeness, isDamaged } from './heads.js'

const lastProof = 'SELECT sequence, hash, key_id, mac FROM proofs ORDER BY sequence DESC LIMIT 1'
const proofAt = 'SELECT sequence, hash, key_id, mac FROM proofs WHERE sequence = ?'

const damagedEnd = unavailable('corrupt', 'The vault file is damaged: its last record is missing or is not what was written.')

const isAuthentic = ({ authenticator }: Guard, { hash, key_id: keyId, mac }: Row): boolean =>
  authenticator !== null &&
  typeof hash === 'string' &&
  typeof keyId === 'string' &&
  authenticator.tag(keyId, recordText(hash)) === mac

/** The hash of the record with this number, if its proof is there and authentic. It throws what the driver throws. */
export const hashAt = (database: Database, sequence: number): string | null => {
  if (sequence === 0) return genesis
  const row = database.statement(proofAt).get(sequence)
  return row !== undefined && isAuthentic(database.guard, row) ? String(row['hash']) : null
}

/** Where the next record goes. A log whose end is missing takes none. It throws what the driver throws. */
export const endOfLog = (database: Database, heads: Heads): E.Either<LogUnavailable, LogHead> => {
  const row = database.statement(lastProof).get()
  const sequence = row === undefined ? 0 : row['sequence']
  const hash = typeof sequence === 'number' ? hashAt(database, sequence) : null
  if (typeof sequence !== 'number' || hash === null || completeness(heads) === 'incomplete') return E.left(damagedEnd)
  for (const head of heads.all.values()) {
    if (isDamaged(head) || head.sequence < sequence) continue
    if (head.sequence > sequence || head.hash !== hash) return E.left(damagedEnd)
  }
  return E.right({ sequence, hash })
}
