import type { KeyName, Nonce, VaultId } from './identifiers.js'

/** What a remote key's name says about who asked for it. Proof of nothing by itself: anybody can write a name. */
export interface Marker {
  readonly name: string
  readonly vaultId: VaultId
  readonly nonce: Nonce
}

const pattern = /^(.*?) ?\[lv:([0-9a-f]{32}):([0-9a-f]{32})\]/s

/** The remote name of a key being created: `<name> [lv:<vaultId>:<nonce>]`. */
export const remoteName = (name: KeyName, vaultId: VaultId, nonce: Nonce): string => `${name} [lv:${vaultId}:${nonce}]`

/** The first marker in a remote name, wherever it stands: somebody may have added words to the name on the dashboard. */
export const parseMarker = (remote: string): Marker | null => {
  const match = pattern.exec(remote)
  return match === null ? null : { name: match[1] ?? '', vaultId: match[2] as VaultId, nonce: match[3] as Nonce }
}
