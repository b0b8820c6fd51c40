import * as t from 'io-ts'

import type { AccountPin, VaultEvent } from '../../domain/vault/event.js'
import { channelName, instant, orNull, vaultId, word, workspaceId } from './values.js'

type VaultEventType = VaultEvent['type']
type Body<T extends VaultEventType> = Omit<Extract<VaultEvent, { readonly type: T }>, 'type' | 'at'>

const pin: t.Type<AccountPin, unknown> = t.strict({
  baseUrl: t.string,
  creatorId: orNull(t.string),
  workspaces: t.readonlyArray(workspaceId),
})

const source = t.union([t.literal('key-file'), t.literal('passphrase'), t.literal('keychain')])

/** A public age recipient, of any kind. https://age-encryption.org/v1 */
const recipient: t.Type<string, unknown> = new t.Type<string, unknown>(
  'Recipient',
  (value): value is string => typeof value === 'string' && /^age1[0-9a-z]+$/.test(value),
  (value, context) => (typeof value === 'string' && /^age1[0-9a-z]+$/.test(value) ? t.success(value) : t.failure(value, context)),
  String,
)
const channelKind = word('stderr', 'jsonl', 'webhook', 'smtp', 'slack', 'discord', 'teams', 'pagerduty', 'desktop', 'command')

/** The stored fields of the vault's own events, schema 1. */
export const vaultEventBodies: { readonly [T in VaultEventType]: t.Type<Body<T>, unknown> } = {
  VaultInitialised: t.strict({ vault: vaultId, pin, credential: t.number }),
  CredentialChanged: t.strict({ credential: t.number, pin }),
  AccountRepinned: t.strict({ pin }),
  VaultKeyRotated: t.strict({ source }),
  VaultKeyMoved: t.strict({ source }),
  RecipientAdded: t.strict({ recipient, label: orNull(t.string) }),
  RecipientRemoved: t.strict({ recipient }),
  VaultRestored: t.strict({ epoch: t.number, backupAt: instant }),
  ChannelAdded: t.strict({ channel: channelName, kind: channelKind, address: t.string, credential: t.number }),
  ChannelCredentialChanged: t.strict({ channel: channelName, credential: t.number }),
  ChannelRemoved: t.strict({ channel: channelName }),
}
