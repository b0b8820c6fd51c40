import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { DamagedStream, LogAudit, LogDamage } from '../../application/ports/log-audit.js'
import type { HeadKeeper, LogAuthenticator, LogHead, RememberedHead } from '../../application/ports/log-proof.js'
import { auditFile, auditSecrets } from './audit-file.js'
import { type Walk, walkRecords } from './audit-records.js'
import { auditStreams } from './audit-streams.js'
import { entrust } from './authenticate.js'
import { attempt, type Database } from './database.js'
import type { Heads } from './guard.js'
import { headsNow, headsOf, isDamaged, newerKey } from './heads.js'
import { inSnapshot } from './transaction.js'

const damageOf = (where: string, what: string): LogDamage => ({ where, version: null, what })

const noHeads: Heads = headsOf(-1, new Map(), new Map())

const auditHeads = (heads: Heads): ReadonlyArray<LogDamage> => [
  ...[...heads.all.values()].filter(isDamaged).map(({ stream }) => damageOf(stream, 'its end is not authentic')),
  ...(heads.completeness === 'incomplete' ? [damageOf('log', 'records are missing, or an older end of a stream was put back')] : []),
]

/** Whether the log goes on from a head that somebody remembers. */
const holds = ({ hashes }: Walk, { sequence, hash }: LogHead): boolean => hashes.get(sequence) === hash

const compareHead = (walk: Walk, remembered: RememberedHead): LogAudit['sealedHead'] => {
  if (remembered._tag !== 'Known') return remembered._tag === 'None' ? 'none' : 'unreadable'
  if (!holds(walk, remembered.head)) return 'contradicts'
  return remembered.head.sequence === walk.last?.sequence ? 'matches' : 'behind'
}

const ofSealedHead = (sealedHead: LogAudit['sealedHead']): ReadonlyArray<LogDamage> => {
  if (sealedHead === 'unreadable') return [damageOf('sealed head', 'the file that remembers the head of the log is not authentic')]
  return sealedHead === 'contradicts'
    ? [damageOf('sealed head', 'the log is older than the head that is remembered outside, or another one')]
    : []
}

const ofExpected = (walk: Walk, expected: LogHead | null): ReadonlyArray<LogDamage> =>
  expected === null || holds(walk, expected)
    ? []
    : [damageOf('expected head', `record ${expected.sequence} is missing or is not the one that was noted down`)]

const ofStreams = (streams: ReadonlyArray<DamagedStream>): ReadonlyArray<LogDamage> =>
  streams.flatMap(({ stream, lost }): ReadonlyArray<LogDamage> =>
    lost.length === 0
      ? [damageOf(stream, 'it cannot be read up to its end')]
      : lost.map((version) => ({ where: stream, version, what: 'is missing or is not what was written' })),
  )

const key = ({ where, version }: LogDamage): string => JSON.stringify([where, version])

/** Two ways to the same record find its damage twice. */
const once = (damage: ReadonlyArray<LogDamage>): ReadonlyArray<LogDamage> => {
  const records = new Map(damage.filter(({ version }) => version !== null).map((one) => [key(one), one]))
  return [...damage.filter(({ version }) => version === null), ...records.values()]
}

const auditIn = (database: Database, keeper: HeadKeeper | null, expected: LogHead | null): LogAudit => {
  const loaded = attempt(database, () => headsNow(database))
  const heads = E.isRight(loaded) ? loaded.right : noHeads
  const remembered: RememberedHead = keeper?.read() ?? { _tag: 'None' }
  const noted = [remembered._tag === 'Known' ? remembered.head : null, expected].flatMap((head) => head?.sequence ?? [])
  const walk = walkRecords(database, heads.last, new Set(noted))
  const ofFile = auditFile(database)
  const damagedStreams = auditStreams(database, heads, walk, ofFile.length === 0 && heads.completeness === 'complete')
  const { secrets, damage: ofSecrets } = auditSecrets(database, heads)
  const sealedHead = compareHead(walk, remembered)
  return {
    format: database.guard.format,
    records: walk.records,
    streams: [...heads.all.values()].filter((head) => !isDamaged(head) && head.version > 0).length,
    secrets,
    head: walk.last,
    sealedHead,
    damage: once([
      ...(E.isLeft(loaded) ? [damageOf('file', loaded.left.message)] : []),
      ...ofFile,
      ...auditHeads(heads),
      ...walk.damage,
      ...ofStreams(damagedStreams),
      ...ofSecrets,
      ...ofSealedHead(sealedHead),
      ...ofExpected(walk, expected),
    ]),
    damagedStreams,
  }
}

/** Checks everything that is in the file, and goes on after a damage. It writes nothing, unless the file is of an older format. */
export const auditLog = (
  database: Database,
  by: LogAuthenticator,
  keeper: HeadKeeper | null,
  expected: LogHead | null,
): E.Either<LogUnavailable, LogAudit> => {
  const entrusted = entrust(database, by, keeper)
  if (E.isLeft(entrusted)) return entrusted
  return inSnapshot(database, () => {
    const audit = auditIn(database, keeper, expected)
    return database.guard.outdated ? E.left(newerKey) : E.right(audit)
  })
}
