import * as E from 'fp-ts/lib/Either.js'

import type { DamagedStream } from '../../application/ports/log-audit.js'
import type { Walk, WalkedStream } from './audit-records.js'
import { attempt, type Database } from './database.js'
import type { DamagedHead, Heads, StreamHead } from './guard.js'
import { isDamaged } from './heads.js'
import { readStream } from './reads.js'

/** Whether the walk met all of a stream up to its proven end: then a read of it, by an index that SQLite found right, gives the same. */
const isMet = (head: StreamHead | DamagedHead | undefined, own: WalkedStream | undefined): boolean =>
  head !== undefined &&
  !isDamaged(head) &&
  own !== undefined &&
  own.isWhole &&
  own.versions.length === head.version &&
  own.last.sequence === head.sequence &&
  own.last.hash === head.hash

const streamDamage = (database: Database, stream: string, versions: number, found: ReadonlySet<number>): DamagedStream | null => {
  const all = Array.from({ length: versions }, (_, n) => n + 1)
  const lost = all.filter((version) => !found.has(version))
  const read = E.flatten(attempt(database, () => readStream(database, stream, 1)))
  return lost.length === 0 && E.isRight(read) ? null : { stream, versions, readable: all.filter((version) => found.has(version)), lost }
}

/**
 * Each stream up to its proven end, and as an ordinary read sees it. Where the end is not proven, up to what is found.
 * `isWhole`: the file and the heads as such are without damage, so that a stream that the walk met need not be read again.
 */
export const auditStreams = (database: Database, heads: Heads, walk: Walk, isWhole: boolean): ReadonlyArray<DamagedStream> => {
  const names = new Set([...heads.all.keys(), ...walk.streams.keys()])
  return [...names].sort().flatMap((stream) => {
    const [head, own] = [heads.all.get(stream), walk.streams.get(stream)]
    if (isWhole && isMet(head, own)) return []
    const found = new Set(own?.versions)
    const versions = head === undefined || isDamaged(head) ? [...found].reduce((most, one) => Math.max(most, one), 0) : head.version
    return streamDamage(database, stream, versions, found) ?? []
  })
}
