import type { VaultId, WorkspaceId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'

/** Which account a vault belongs to. At another host or account every hash reads 404, so nothing is done there. */
export interface AccountPin {
  /** The API's base, without a slash at its end. */
  readonly baseUrl: string
  readonly creatorId: string | null
  readonly workspaces: ReadonlyArray<WorkspaceId>
}

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
