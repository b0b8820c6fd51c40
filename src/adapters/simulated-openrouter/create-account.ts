import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import { fromDecimalDollars, type Picodollars, zero } from '../../domain/shared/picodollars.js'
import { type Account, type Settings, withEntry, withoutEntry, type Workspace } from './account.js'
import { labelOf, mintSecret, uuidOf } from './mint.js'
import type { Sha256 } from './wire.js'

const defaultSettings: Settings = {
  refuseZeroLimit: false,
  refuseGuardrails: false,
  refuseWorkspaces: false,
  usageLag: 0,
  pageSize: 100,
}

/** `seed` decides every secret and identifier. `workspaces` are the slugs of those beside the default one. */
export interface AccountOptions {
  readonly seed: string
  readonly at: number
  readonly workspaces?: ReadonlyArray<string>
  readonly settings?: Partial<Settings>
  /** Default: 1,000 dollars. */
  readonly creditsBought?: Picodollars
}

const workspace = (sha256: Sha256, options: AccountOptions, slug: string): Workspace => ({
  id: uuidOf(sha256, `${options.seed}:workspace:${slug}`),
  name: slug,
  slug,
  defaultGuardrailId: uuidOf(sha256, `${options.seed}:default-guardrail:${slug}`),
  createdAt: options.at,
})

const thousandDollars: Picodollars = pipe(fromDecimalDollars('1000'), E.getOrElse(() => zero))

/** A fresh simulated account, with no key and no management key. `sha256` gives hex; the same seed mints the same keys. */
export const createAccount = (sha256: Sha256, options: AccountOptions): Account => ({
  seed: options.seed,
  minted: 0,
  userId: `user_${sha256(`${options.seed}:user`).slice(0, 27)}`,
  creditsBought: options.creditsBought ?? thousandDollars,
  creditsUsed: zero,
  settings: { ...defaultSettings, ...options.settings },
  managementKeys: new Map(),
  workspaces: [
    workspace(sha256, options, 'default'),
    ...(options.workspaces ?? []).map((slug) => workspace(sha256, options, slug)),
  ],
  keys: new Map(),
  deleted: new Map(),
  guardrails: new Map(),
  assignments: new Map(),
})

/** Makes `secret` a management key of the account, as its owner does on OpenRouter's site. */
export const addManagementKey = (sha256: Sha256, account: Account, secret: string): Account => {
  const hash = sha256(secret)
  return { ...account, managementKeys: withEntry(account.managementKeys, hash, { hash, label: labelOf(secret) }) }
}

export const mintManagementKey = (sha256: Sha256, account: Account): { readonly account: Account; readonly secret: string } => {
  const [next, secret] = mintSecret(sha256, account)
  return { account: addManagementKey(sha256, next, secret), secret }
}

export const revokeManagementKey = (sha256: Sha256, account: Account, secret: string): Account => ({
  ...account,
  managementKeys: withoutEntry(account.managementKeys, sha256(secret)),
})
