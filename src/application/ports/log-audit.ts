import type { StreamId } from './event-log.js'
import type { LogHead } from './log-proof.js'

/** One thing that is not as it was written. */
export interface LogDamage {
  /** A stream, or what of the vault it is: `file`, `log`, `sealed head` or `expected head`. */
  readonly where: string
  /** The version within the stream, where one record is meant. */
  readonly version: number | null
  readonly what: string
}

/** What a damaged stream still holds. */
export interface DamagedStream {
  readonly stream: StreamId
  /** How many records it had, as far as can be told. */
  readonly versions: number
  /** The versions that are authentic as they are. */
  readonly readable: ReadonlyArray<number>
  /** The versions that are lost or not what was written. */
  readonly lost: ReadonlyArray<number>
}

/** What a check of a whole log found. It is intact when there is no damage. */
export interface LogAudit {
  readonly format: number
  /** Records, streams and sealed secrets that are authentic. */
  readonly records: number
  readonly streams: number
  readonly secrets: number
  /** The last record that is authentic; null in an empty log. */
  readonly head: LogHead | null
  /** How the head that is remembered outside compares: `behind` is usual after a crash, `none` proves nothing. */
  readonly sealedHead: 'matches' | 'behind' | 'none' | 'unreadable' | 'contradicts'
  readonly damage: ReadonlyArray<LogDamage>
  readonly damagedStreams: ReadonlyArray<DamagedStream>
}
