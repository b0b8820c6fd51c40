import type { LimitReset } from '../../domain/key/remote-policy.js'
import type { Picodollars } from '../../domain/shared/picodollars.js'
import type { Account, ApiKey } from './account.js'
import { dropKey, putKey } from './one-key.js'

/** What the account's owner does to a key on OpenRouter's site, behind the vault's back. */
export type DashboardEdit =
  | { readonly _tag: 'Rename'; readonly name: string }
  | { readonly _tag: 'SetDisabled'; readonly disabled: boolean }
  | { readonly _tag: 'SetLimit'; readonly limit: Picodollars | null; readonly reset: LimitReset | null }
  | { readonly _tag: 'SetIncludeByok'; readonly includeByok: boolean }
  | { readonly _tag: 'Delete' }

const edited = (key: ApiKey, edit: Exclude<DashboardEdit, { readonly _tag: 'Delete' }>): ApiKey => {
  switch (edit._tag) {
    case 'Rename':
      return { ...key, name: edit.name }
    case 'SetDisabled':
      return { ...key, disabled: edit.disabled }
    case 'SetLimit':
      return { ...key, limit: edit.limit, reset: edit.reset }
    case 'SetIncludeByok':
      return { ...key, includeByok: edit.includeByok }
  }
}

/** The account after the edit; unchanged when there is no such key. */
export const editKey = (account: Account, hash: string, edit: DashboardEdit, now: number): Account => {
  const key = account.keys.get(hash)
  if (key === undefined) return account
  return edit._tag === 'Delete' ? dropKey(account, hash) : putKey(account, { ...edited(key, edit), updatedAt: now })
}
