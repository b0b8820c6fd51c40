import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import type { Decider } from '../decider.js'
import type { VaultId, WorkspaceId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { AccountPin, VaultEvent, VaultKeySource } from './event.js'

export type VaultState =
  | { readonly _tag: 'Uninitialised' }
  | {
      readonly _tag: 'Initialised'
      readonly vault: VaultId
      readonly pin: AccountPin
      readonly credential: number
      readonly createdAt: Instant
      /** Who else can open it, by their public recipients. */
      readonly recipients: ReadonlyArray<string>
      /** How often it was restored from a backup, and one. */
      readonly epoch: number
    }

export type VaultCommand =
  | { readonly _tag: 'Initialise'; readonly vault: VaultId; readonly pin: AccountPin; readonly at: Instant }
  | {
      readonly _tag: 'ChangeCredential'
      readonly pin: AccountPin
      /** The new credential reads a key that this vault holds: that is this account, whatever became of its workspaces. */
      readonly sawHeldKey: boolean
      readonly at: Instant
    }
  /** What the credential in force shows now; asked only where the account is known to be the pinned one. */
  | { readonly _tag: 'Repin'; readonly pin: AccountPin; readonly sawHeldKey: boolean; readonly at: Instant }
  | { readonly _tag: 'RotateVaultKey'; readonly source: VaultKeySource; readonly at: Instant }
  | { readonly _tag: 'MoveVaultKey'; readonly source: VaultKeySource; readonly at: Instant }
  | { readonly _tag: 'AddRecipient'; readonly recipient: string; readonly label: string | null; readonly at: Instant }
  /** Always together with a new vault key: the old one is known to whoever is removed. */
  | { readonly _tag: 'RemoveRecipient'; readonly recipient: string; readonly source: VaultKeySource; readonly at: Instant }
  | { readonly _tag: 'Restore'; readonly backupAt: Instant; readonly at: Instant }

export type VaultRefusal =
  | { readonly _tag: 'AlreadyInitialised' }
  | { readonly _tag: 'NotInitialised' }
  /** The new credential opens another account than the pinned one. */
  | { readonly _tag: 'OtherAccount' }
  /** The pin says already what is to be pinned, or more than that. */
  | { readonly _tag: 'PinnedSo' }
  | { readonly _tag: 'RecipientThere' }
  | { readonly _tag: 'NoSuchRecipient' }

const shares = (a: ReadonlyArray<WorkspaceId>, b: ReadonlyArray<WorkspaceId>): boolean => a.some((id) => b.includes(id))

/**
 * Whether two fingerprints are of one account. Workspaces decide where both name some, since a credential of another
 * member has another creator; else the creator does. Where neither says anything, nothing contradicts.
 */
export const sameAccount = (a: AccountPin, b: AccountPin): boolean => {
  if (a.workspaces.length > 0 && b.workspaces.length > 0) return shares(a.workspaces, b.workspaces)
  if (a.creatorId !== null && b.creatorId !== null) return a.creatorId === b.creatorId
  return true
}

/** Whether a fingerprint says something of the account that the pin does not. One without workspaces never replaces one with them. */
export const isOutdated = (pin: AccountPin, found: AccountPin): boolean => {
  const [had, has] = [new Set(pin.workspaces), new Set(found.workspaces)]
  return has.size > 0 && (had.size !== has.size || [...has].some((id) => !had.has(id)))
}

const repin = (pin: AccountPin, command: Extract<VaultCommand, { readonly _tag: 'Repin' }>): Decision => {
  if (!isOutdated(pin, command.pin)) return left({ _tag: 'PinnedSo' })
  // An equal creator is not enough to pin more than was pinned: one person may own two accounts.
  return shares(pin.workspaces, command.pin.workspaces) || command.sawHeldKey
    ? right([
        // The sealed credential is bound to the address, so that never changes here.
        {
          type: 'AccountRepinned',
          pin: { ...pin, creatorId: command.pin.creatorId ?? pin.creatorId, workspaces: command.pin.workspaces },
          at: command.at,
        },
      ])
    : left({ _tag: 'OtherAccount' })
}

type Decision = Either<VaultRefusal, ReadonlyNonEmptyArray<VaultEvent>>

type Living = Extract<VaultState, { readonly _tag: 'Initialised' }>

const decideLiving = (command: Exclude<VaultCommand, { readonly _tag: 'Initialise' }>, state: Living): Decision => {
  const { at } = command
  switch (command._tag) {
    case 'ChangeCredential':
      return sameAccount(state.pin, command.pin) || command.sawHeldKey
        ? right([{ type: 'CredentialChanged', credential: state.credential + 1, pin: command.pin, at }])
        : left({ _tag: 'OtherAccount' })
    case 'Repin':
      return repin(state.pin, command)
    case 'RotateVaultKey':
      return right([{ type: 'VaultKeyRotated', source: command.source, at }])
    case 'MoveVaultKey':
      return right([{ type: 'VaultKeyMoved', source: command.source, at }])
    case 'AddRecipient':
      return state.recipients.includes(command.recipient)
        ? left({ _tag: 'RecipientThere' })
        : right([{ type: 'RecipientAdded', recipient: command.recipient, label: command.label, at }])
    case 'RemoveRecipient':
      return state.recipients.includes(command.recipient)
        ? right([
            { type: 'RecipientRemoved', recipient: command.recipient, at },
            { type: 'VaultKeyRotated', source: command.source, at },
          ])
        : left({ _tag: 'NoSuchRecipient' })
    case 'Restore':
      return right([{ type: 'VaultRestored', epoch: state.epoch + 1, backupAt: command.backupAt, at }])
  }
}

const decide = (command: VaultCommand, state: VaultState): Decision => {
  if (command._tag === 'Initialise')
    return state._tag === 'Initialised'
      ? left({ _tag: 'AlreadyInitialised' })
      : right([
          { type: 'VaultInitialised', vault: command.vault, pin: command.pin, credential: 1, at: command.at },
        ])
  return state._tag === 'Uninitialised' ? left({ _tag: 'NotInitialised' }) : decideLiving(command, state)
}

const evolveLiving = (state: Living, event: Exclude<VaultEvent, { readonly type: 'VaultInitialised' }>): Living => {
  switch (event.type) {
    case 'CredentialChanged':
      return { ...state, pin: event.pin, credential: event.credential }
    case 'AccountRepinned':
      return { ...state, pin: event.pin }
    case 'VaultKeyRotated':
    case 'VaultKeyMoved':
    // Channels are folded by a decider of their own, `domain/alerts/channels.ts`.
    case 'ChannelAdded':
    case 'ChannelCredentialChanged':
    case 'ChannelRemoved':
      return state
    case 'RecipientAdded':
      return { ...state, recipients: [...state.recipients, event.recipient] }
    case 'RecipientRemoved':
      return { ...state, recipients: state.recipients.filter((each) => each !== event.recipient) }
    case 'VaultRestored':
      return { ...state, epoch: event.epoch }
  }
}

const evolve = (state: VaultState, event: VaultEvent): VaultState => {
  if (event.type === 'VaultInitialised')
    return {
      _tag: 'Initialised',
      vault: event.vault,
      pin: event.pin,
      credential: event.credential,
      createdAt: event.at,
      recipients: [],
      epoch: 1,
    }
  return state._tag === 'Initialised' ? evolveLiving(state, event) : state
}

export const vaultDecider: Decider<VaultCommand, VaultState, VaultEvent, VaultRefusal> = {
  initial: { _tag: 'Uninitialised' },
  decide,
  evolve,
}
