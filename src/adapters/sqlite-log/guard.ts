import type { HeadKeeper, LogAuthenticator } from '../../application/ports/log-proof.js'

/** What a stream's end is, and which secrets rest beside it: place and digest of each, in no order. */
export interface StreamHead {
  readonly stream: string
  readonly version: number
  readonly sequence: number
  readonly hash: string
  readonly sealed: ReadonlyArray<SealedEntry>
}

export interface SealedEntry {
  readonly owner: string
  readonly generation: number
  readonly digest: string
}

/** A row of the table of heads that is not authentic. Its stream's name is as unproven as the rest. */
export interface DamagedHead {
  readonly stream: string
  readonly damaged: true
}

/** All heads as one commit left them. */
export interface Heads {
  /** SQLite's number for the last commit of another connection. https://sqlite.org/pragma.html#pragma_data_version */
  readonly stamp: number
  readonly all: ReadonlyMap<string, StreamHead | DamagedHead>
  /** The text of each authentic row, so that it need not be authenticated again. */
  readonly texts: ReadonlyMap<string, string>
  /**
   * Whether every stream is there up to its end: the versions of all of them count every record once. `incomplete` also when
   * a stream was cut and an older head of it put back; `unknown` when a head is damaged.
   */
  readonly completeness: 'complete' | 'incomplete' | 'unknown'
  /** The number of the last record that a head names. */
  readonly last: number
}

/** What one connection knows of the log beyond its rows. Only the functions of this folder change it. */
export interface Guard {
  /** The layout of the file that is open. */
  format: number
  authenticator: LogAuthenticator | null
  keeper: HeadKeeper | null
  /** Null when nothing is known for certain. */
  heads: Heads | null
  /** Somebody has added a key to the ring that the authenticator does not have: what it cannot prove may be true. */
  outdated: boolean
}

export const makeGuard = (): Guard => ({ format: 0, authenticator: null, keeper: null, heads: null, outdated: false })
