import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { LogHead } from '../../application/ports/log-proof.js'
import { genesis, recordText } from './chain.js'
import type { Database } from './database.js'
import type { Row } from './driver.js'
import { unavailable } from './failure.js'
import type { Guard, Heads, StreamHead } from './guard.js'
import { isDamaged } from './heads.js'
import { numberColumn, textColumn, textIn } from './columns.js'

const lastProof = `SELECT ${numberColumn('sequence')} FROM proofs ORDER BY proofs.sequence DESC LIMIT 1`
const proofAt = `SELECT ${['hash', 'key_id', 'mac'].map(textColumn).join(', ')} FROM proofs WHERE sequence = ?`

const damagedEnd = unavailable('corrupt', 'The vault file is damaged: its last record is missing or is not what was written.')

const authenticHash = ({ authenticator }: Guard, row: Row): string | null => {
  const [hash, keyId, mac] = [textIn(row['hash']), textIn(row['key_id']), textIn(row['mac'])]
  if (authenticator === null || hash === null || keyId === null || mac === null) return null
  return authenticator.tag(keyId, recordText(hash)) === mac ? hash : null
}

/** The hash of the record with this number, if its proof is there and authentic. It throws what the driver throws. */
export const hashAt = (database: Database, sequence: number): string | null => {
  if (sequence === 0) return genesis
  const row = database.statement(proofAt).get(sequence)
  return row === undefined ? null : authenticHash(database.guard, row)
}

const lastSequence = (database: Database): number | null => {
  const row = database.statement(lastProof).get()
  if (row === undefined) return 0
  return typeof row['sequence'] === 'number' ? row['sequence'] : null
}

const fits = (head: StreamHead, end: LogHead): boolean =>
  head.sequence < end.sequence || (head.sequence === end.sequence && (end.sequence === 0 || head.hash === end.hash))

/** Where the next record goes. A log whose end is missing takes none. It throws what the driver throws. */
export const endOfLog = (database: Database, heads: Heads): E.Either<LogUnavailable, LogHead> => {
  const sequence = lastSequence(database)
  const hash = sequence === null ? null : hashAt(database, sequence)
  if (sequence === null || hash === null || heads.completeness === 'incomplete') return E.left(damagedEnd)
  const end = { sequence, hash }
  return [...heads.all.values()].every((head) => isDamaged(head) || fits(head, end)) ? E.right(end) : E.left(damagedEnd)
}
