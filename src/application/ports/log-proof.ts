/** Authenticates what a log says. It comes from the vault's key ring, so who cannot open the vault can forge nothing. */
export interface LogAuthenticator {
  /** The name of the key that new facts are authenticated with. */
  readonly current: string
  /** The tag of a text under the key of this name, in hex; null where the ring has no such key. */
  readonly tag: (keyId: string, text: string) => string | null
}

/** The last record of a log: its sequence number and its hash (SHA-256 in hex), which stands for all before it. */
export interface LogHead {
  readonly sequence: number
  readonly hash: string
}

/** What is remembered of a log's head. `Unreadable`: something is there, and none of it is authentic. */
export type RememberedHead =
  | { readonly _tag: 'Known'; readonly head: LogHead }
  | { readonly _tag: 'None' }
  | { readonly _tag: 'Unreadable' }

/**
 * Remembers the head of a log outside of its store, so that an older copy of the store is found. Neither function throws
 * or waits for the disk: what is remembered may be older than the log, never newer.
 */
export interface HeadKeeper {
  readonly read: () => RememberedHead
  /** Goes upwards only. What cannot be written is left. */
  readonly raise: (head: LogHead) => void
}
