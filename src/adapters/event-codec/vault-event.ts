import * as t from 'io-ts'

import type { AccountPin, VaultEvent } from '../../domain/vault/event.js'
import { orNull, vaultId, workspaceId } from './values.js'

type VaultEventType = VaultEvent['type']
type Body<T extends VaultEventType> = Omit<Extract<VaultEvent, { readonly type: T }>, 'type' | 'at'>

const pin: t.Type<AccountPin, unknown> = t.strict({
  baseUrl: t.string,
  creatorId: orNull(t.string),
  workspaces: t.readonlyArray(workspaceId),
})

/** The stored fields of the vault's own events, schema 1. */
export const vaultEventBodies: { readonly [T in VaultEventType]: t.Type<Body<T>, unknown> } = {
  VaultInitialised: t.strict({ vault: vaultId, pin, credential: t.number }),
  CredentialChanged: t.strict({ credential: t.number, pin }),
}
