import * as E from 'fp-ts/lib/Either.js'

import type { EventRecord, LogUnavailable } from '../../application/ports/event-log.js'
import type { LogHead } from '../../application/ports/log-proof.js'
import { toBytes } from './bytes.js'
import { genesis, hashOf, recordText, sealedDigest } from './chain.js'
import type { Database } from './database.js'
import { unavailable } from './failure.js'
import type { StreamHead } from './guard.js'
import { locked, writeHead } from './heads.js'
import { plainLog } from './plain-reads.js'
import { damagedRecord } from './records.js'
import { newestFormat, proofTables } from './schema.js'
import { bytesColumn, numberColumn, textColumn, textIn } from './columns.js'
import { inTransaction } from './transaction.js'

const insertProof = 'INSERT INTO proofs (sequence, previous, hash, key_id, mac) VALUES (?, ?, ?, ?, ?)'
const allSealed = `SELECT ${numberColumn('generation')}, ${['stream', 'owner', 'key_id'].map(textColumn).join(', ')}, ${bytesColumn('bytes')} FROM sealed ORDER BY rowid`
const page = 1000

type Answer<A> = E.Either<LogUnavailable, A>
type Heads = Map<string, StreamHead>

const formatIn = (database: Database): number =>
  Number(Object.values(database.statement('PRAGMA user_version').get() ?? {})[0])

const emptyHead = (stream: string): StreamHead => ({ stream, version: 0, sequence: 0, hash: '', sealed: [] })

const prove = (database: Database, heads: Heads, end: LogHead, record: EventRecord): Answer<LogHead> => {
  const { authenticator } = database.guard
  const { sequence, stream, version } = record
  const head = heads.get(stream) ?? emptyHead(stream)
  if (version !== head.version + 1) return E.left(damagedRecord(`event ${head.version + 1} of ${stream}`))
  const hash = hashOf(end.hash, record)
  const mac = authenticator?.tag(authenticator.current, recordText(hash)) ?? null
  if (authenticator === null || mac === null) return E.left(locked)
  database.statement(insertProof).run(sequence, end.hash, hash, authenticator.current, mac)
  heads.set(stream, { ...head, version, sequence, hash })
  return E.right({ sequence, hash })
}

/** Vouches for the events as they are. They are read in pages, and none of their bytes is written. */
const proveEvents = (database: Database, heads: Heads): Answer<LogHead> => {
  let end: LogHead = { sequence: 0, hash: genesis }
  for (;;) {
    const records = plainLog(database, end.sequence, page)
    if (E.isLeft(records)) return records
    for (const record of records.right) {
      const proven = prove(database, heads, end, record)
      if (E.isLeft(proven)) return proven
      end = proven.right
    }
    if (records.right.length < page) return E.right(end)
  }
}

const nameSecrets = (database: Database, heads: Heads): Answer<void> => {
  for (const row of database.statement(allSealed).all()) {
    const { generation } = row
    const [stream, owner, keyId] = [textIn(row['stream']), textIn(row['owner']), textIn(row['key_id'])]
    const bytes = toBytes(row['bytes'])
    const named = stream !== null && owner !== null && keyId !== null && typeof generation === 'number'
    if (!named || bytes === null) return E.left(unavailable('corrupt', 'The vault file is damaged: a sealed secret cannot be read.'))
    const head = heads.get(stream) ?? emptyHead(stream)
    const entry = { owner, generation, digest: sealedDigest({ keyId, bytes }) }
    heads.set(stream, { ...head, sealed: [...head.sealed, entry] })
  }
  return E.right(undefined)
}

const alreadyNewer = unavailable(
  'corrupt',
  'The vault file has an older format than its sealed head knows: it is an old copy, or it was made to look older.',
)

/** An old file can have no head that is remembered: only a newer one ever had its head remembered. */
const mayLift = (database: Database): boolean => (database.guard.keeper?.read()._tag ?? 'None') === 'None'

const liftIn = (database: Database): Answer<LogHead | null> => {
  // Another process may have been first.
  if (formatIn(database) === newestFormat) return E.right(null)
  if (!mayLift(database)) return E.left(alreadyNewer)
  database.exec(`DROP INDEX streams; ${proofTables}`)
  const heads: Heads = new Map()
  const end = proveEvents(database, heads)
  if (E.isLeft(end)) return end
  const named = nameSecrets(database, heads)
  if (E.isLeft(named)) return named
  for (const head of heads.values()) {
    const written = writeHead(database, head)
    if (E.isLeft(written)) return written
  }
  return end
}

/**
 * Lifts a file of format 1 to format 2 in one commit. It vouches for what is there: nothing can say whether that is what
 * was once written.
 */
export const lift = (database: Database): Answer<void> => {
  const lifted = inTransaction(database, () => liftIn(database), () => formatIn(database) === newestFormat)
  if (E.isLeft(lifted)) return lifted
  Object.assign(database.guard, { format: newestFormat, heads: null })
  if (lifted.right !== null && lifted.right.sequence > 0) database.guard.keeper?.raise(lifted.right)
  return E.right(undefined)
}
