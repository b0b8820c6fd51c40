import type { ChannelName, VaultId, WorkspaceId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'

/** Which account a vault belongs to. At another host or account every hash reads 404, so nothing is done there. */
export interface AccountPin {
  /** The API's base, without a slash at its end. */
  readonly baseUrl: string
  readonly creatorId: string | null
  readonly workspaces: ReadonlyArray<WorkspaceId>
}

/** Where a vault key comes from. */
export type VaultKeySource = 'key-file' | 'passphrase' | 'keychain'
/** The kinds of places that alerts can be sent to. */
export type ChannelKind =
  | 'stderr'
  | 'jsonl'
  | 'webhook'
  | 'smtp'
  | 'slack'
  | 'discord'
  | 'teams'
  | 'pagerduty'
  | 'desktop'
  | 'command'

type At<E> = E & { readonly at: Instant }

/** The facts of the vault itself. These names and fields are the storage format. */
export type VaultEvent =
  | At<{
      readonly type: 'VaultInitialised'
      readonly vault: VaultId
      readonly pin: AccountPin
      /** Which generation of the sealed management key is in force. */
      readonly credential: number
    }>
  | At<{ readonly type: 'CredentialChanged'; readonly credential: number; readonly pin: AccountPin }>
  /** The same account and credential, whose workspaces are others than when they were pinned. */
  | At<{ readonly type: 'AccountRepinned'; readonly pin: AccountPin }>
  /** The key ring is wrapped by a new vault key, which comes from the same kind of place as before. */
  | At<{ readonly type: 'VaultKeyRotated'; readonly source: VaultKeySource }>
  /** The key ring is wrapped by a new vault key, which comes from another kind of place. */
  | At<{ readonly type: 'VaultKeyMoved'; readonly source: VaultKeySource }>
  /** Somebody else can open the vault from now on. `recipient` is public: `age1...`. */
  | At<{ readonly type: 'RecipientAdded'; readonly recipient: string; readonly label: string | null }>
  /** They cannot open what is written from now on; what they opened before, they know. */
  | At<{ readonly type: 'RecipientRemoved'; readonly recipient: string }>
  /** The vault goes on from a backup. What happened between its making and this is not in the log. */
  | At<{ readonly type: 'VaultRestored'; readonly epoch: number; readonly backupAt: Instant }>
  | At<{
      readonly type: 'ChannelAdded'
      readonly channel: ChannelName
      readonly kind: ChannelKind
      /** What of its address may be shown: a host, a program, who gets the mail. */
      readonly address: string
      /** Which generation of its sealed credential is in force; 0: it has none. */
      readonly credential: number
    }>
  | At<{ readonly type: 'ChannelCredentialChanged'; readonly channel: ChannelName; readonly credential: number }>
  | At<{ readonly type: 'ChannelRemoved'; readonly channel: ChannelName }>
