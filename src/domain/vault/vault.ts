import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import type { Decider } from '../decider.js'
import type { VaultId, WorkspaceId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { AccountPin, VaultEvent } from './event.js'

export type VaultState =
  | { readonly _tag: 'Uninitialised' }
  | {
      readonly _tag: 'Initialised'
      readonly vault: VaultId
      readonly pin: AccountPin
      readonly credential: number
      readonly createdAt: Instant
    }

export type VaultCommand =
  | { readonly _tag: 'Initialise'; readonly vault: VaultId; readonly pin: AccountPin; readonly at: Instant }
  | { readonly _tag: 'ChangeCredential'; readonly pin: AccountPin; readonly at: Instant }

export type VaultRefusal =
  | { readonly _tag: 'AlreadyInitialised' }
  | { readonly _tag: 'NotInitialised' }
  /** The new credential opens another account than the pinned one. */
  | { readonly _tag: 'OtherAccount' }

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

type Decision = Either<VaultRefusal, ReadonlyNonEmptyArray<VaultEvent>>

const decide = (command: VaultCommand, state: VaultState): Decision => {
  if (command._tag === 'Initialise')
    return state._tag === 'Initialised'
      ? left({ _tag: 'AlreadyInitialised' })
      : right([
          { type: 'VaultInitialised', vault: command.vault, pin: command.pin, credential: 1, at: command.at },
        ])
  if (state._tag === 'Uninitialised') return left({ _tag: 'NotInitialised' })
  return sameAccount(state.pin, command.pin)
    ? right([{ type: 'CredentialChanged', credential: state.credential + 1, pin: command.pin, at: command.at }])
    : left({ _tag: 'OtherAccount' })
}

const evolve = (state: VaultState, event: VaultEvent): VaultState => {
  switch (event.type) {
    case 'VaultInitialised':
      return {
        _tag: 'Initialised',
        vault: event.vault,
        pin: event.pin,
        credential: event.credential,
        createdAt: event.at,
      }
    case 'CredentialChanged':
      return state._tag === 'Initialised' ? { ...state, pin: event.pin, credential: event.credential } : state
  }
}

export const vaultDecider: Decider<VaultCommand, VaultState, VaultEvent, VaultRefusal> = {
  initial: { _tag: 'Uninitialised' },
  decide,
  evolve,
}
