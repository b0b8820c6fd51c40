import type { PendingWork, PublicState } from '../domain/key/view.js'
import type { KeyHash, KeyName } from '../domain/shared/identifiers.js'
import type { Instant } from '../domain/shared/instant.js'
import type { LogUnavailable } from './ports/event-log.js'

/** A key that a vault which is given up holds or owes, for somebody to revoke at OpenRouter. */
export interface KeyLeft {
  readonly name: KeyName
  readonly state: PublicState
  /** Its remote keys. Empty where an answer was lost: its remote name then begins with that of the key. */
  readonly hashes: ReadonlyArray<KeyHash>
}

/**
 * Everything that a use case can answer instead of its result. One line per case; sentences are made at the edge.
 * What was half done is no error: it is a report with pending work.
 */
export type VaultError =
  /** The input breaks a rule; nothing was changed. */
  | { readonly _tag: 'InvalidInput'; readonly field: string; readonly rule: string }
  | { readonly _tag: 'KeyNotFound'; readonly name: string }
  | { readonly _tag: 'NameTaken'; readonly name: KeyName; readonly state: PublicState }
  | { readonly _tag: 'NameOwesRevocation'; readonly name: KeyName }
  | { readonly _tag: 'KeyNotReady'; readonly name: KeyName; readonly pending: ReadonlyArray<PendingWork> }
  | { readonly _tag: 'KeyBeingRemoved'; readonly name: KeyName }
  /** The key is being replaced, so this cannot be asked of it now. */
  | { readonly _tag: 'KeyBeingRotated'; readonly name: KeyName }
  /** The key has a limit whose window this version does not know, so no other key can be given it. */
  | { readonly _tag: 'KeyNotRotatable'; readonly name: KeyName }
  /** No key that was replaced still works. */
  | { readonly _tag: 'NoPreviousKey'; readonly name: KeyName }
  /** Another process is at this key, until `until` at the latest. */
  | { readonly _tag: 'KeyBusy'; readonly name: KeyName; readonly until: Instant | null }
  /** OpenRouter has no such key any more; somebody else deleted it. */
  | { readonly _tag: 'KeyVanished'; readonly name: KeyName }
  /** OpenRouter refused for good, and everything is as before. */
  | {
      readonly _tag: 'RemoteRefused'
      readonly status: number | null
      readonly message: string
      /** Whose fault it is, as `GET /key` tells. */
      readonly blame: 'management-key' | 'request'
    }
  /** OpenRouter could not be reached or kept failing, and everything is proven as before. */
  | { readonly _tag: 'RemoteUnavailable'; readonly message: string }
  /** The credential is not a management key. */
  | { readonly _tag: 'NotManagementKey' }
  /** The account that answers is not the pinned one. */
  | { readonly _tag: 'WrongAccount' }
  /** The base URL's host is not the pinned one. */
  | { readonly _tag: 'HostNotPinned'; readonly pinned: string; readonly given: string }
  | { readonly _tag: 'VaultExists'; readonly place: string }
  /** Keys are held or owed, so the vault cannot be replaced. */
  | { readonly _tag: 'KeysHeld'; readonly count: number; readonly keys: ReadonlyArray<KeyLeft> }
  | { readonly _tag: 'VaultMissing'; readonly place: string }
  /** The vault cannot be read or written, and nothing was sent. */
  | {
      readonly _tag: 'VaultUnavailable'
      readonly reason: LogUnavailable['reason'] | 'wrong-key' | 'wrong-passphrase'
      readonly message: string
    }
  /** A backup cannot be written, read or opened; no vault was touched. */
  | {
      readonly _tag: 'BackupUnusable'
      readonly reason: 'exists' | 'missing' | 'unwritable' | 'does-not-open' | 'damaged' | 'newer-format'
      readonly file: string
    }
  /** A passphrase is needed and was not given. `brokenOff`: somebody was asked, and declined to answer. */
  | { readonly _tag: 'PassphraseNeeded'; readonly of: 'vault' | 'backup'; readonly brokenOff: boolean }
  /** A sealed secret does not open, or is not there: the vault was damaged or belongs to another vault key. */
  | { readonly _tag: 'SecretUnreadable'; readonly name: string; readonly message: string }
  /** OpenRouter has no key with this hash in the vault's account. */
  | { readonly _tag: 'KeyNotAtOpenRouter'; readonly hash: KeyHash }
  /** The remote key is in the vault already, under this name. */
  | { readonly _tag: 'KeyHeldAlready'; readonly name: KeyName; readonly hash: KeyHash }
  /** The key was adopted without its secret, so there is none to hand out. */
  | { readonly _tag: 'SecretNotHeld'; readonly name: KeyName }
  /** The hash is none that this command may touch. */
  | { readonly _tag: 'NotUnheld'; readonly hash: KeyHash; readonly message: string }
  | { readonly _tag: 'ChannelNotFound'; readonly channel: string }
  | { readonly _tag: 'ChannelTaken'; readonly channel: string }
  | { readonly _tag: 'AlertNotFound'; readonly alert: string }
  /** A test message was not taken by the channel; nothing was recorded. */
  | { readonly _tag: 'ChannelFailed'; readonly channel: string; readonly message: string }
  /** A state that cannot be: a bug. */
  | { readonly _tag: 'Unexpected'; readonly message: string }

/** The name of an error, which scripts may rely on. */
export type VaultErrorTag = VaultError['_tag']

export const invalidInput = (problem: { readonly field: string; readonly rule: string }): VaultError => ({
  _tag: 'InvalidInput',
  field: problem.field,
  rule: problem.rule,
})

export const unavailable = (error: LogUnavailable): VaultError => ({
  _tag: 'VaultUnavailable',
  reason: error.reason,
  message: error.message,
})
