import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import type { ApplyOptions, PlanOptions } from './declared-keys.js'
import { invalidInput, type VaultError } from './errors.js'
import { checkOptions, type Names, withOptions } from './known-options.js'
import type { AddOptions, ExportOptions, HistoryOptions, ListOptions, PanicScope, ReconcileOptions, RemoveOptions, RotateOptions, Vault } from './vault.js'
import type { LimitOptions } from './limit-options.js'

const addNames: Names<AddOptions> = {
  monthlyLimit: true,
  dailyLimit: true,
  alertThreshold: true,
  requireEnforced: true,
  expires: true,
  workspace: true,
  tags: true,
  includeByok: true,
  ifMissing: true,
}
const limitNames: Names<LimitOptions> = { monthlyLimit: true, dailyLimit: true, alertThreshold: true }
const removeNames: Names<RemoveOptions> = { leaked: true, force: true, localOnly: true }
const exportNames: Names<ExportOptions> = { withSecrets: true }
const rotateNames: Names<RotateOptions> = { grace: true, leaked: true }
const listNames: Names<ListOptions> = { all: true, tag: true, state: true }
const reconcileNames: Names<ReconcileOptions> = { dryRun: true, revoke: true, adopt: true }
const historyNames: Names<HistoryOptions> = { name: true, since: true, after: true }
const planNames: Names<PlanOptions> = { prune: true }
const applyNames: Names<ApplyOptions> = { prune: true }
const scopeNames: Names<Exclude<PanicScope, 'all'>> = { tag: true }
const tagNames: Names<NonNullable<ListOptions['tag']>> = { key: true, value: true }

const checkTag = (of: string, given: { readonly tag?: unknown } | undefined): E.Either<VaultError, void> =>
  checkOptions(`the tag of ${of}`, tagNames, given?.tag)

/** Past the types a scope may be nothing at all. */
type Anything = PanicScope | { readonly tag?: { readonly key?: unknown; readonly value?: unknown } | null } | undefined

const checkScope = (scope: Anything): E.Either<VaultError, void> => {
  if (scope === 'all') return E.right(undefined)
  return pipe(
    checkOptions('panic', scopeNames, scope),
    E.flatMap(() => checkTag('panic', scope)),
    // A scope that names no key must not pass for a panic that found none.
    E.flatMap(() =>
      typeof scope?.tag?.key === 'string' && typeof scope.tag.value === 'string'
        ? E.right(undefined)
        : E.left(invalidInput({ field: 'scope', rule: "must be 'all', or a tag with its key and value" })),
    ),
  )
}

/** The vault, refusing options whose names it does not know before anything is done. */
export const checkedVault = (vault: Vault): Vault => ({
  ...vault,
  add: (name, options) => withOptions(checkOptions('add', addNames, options), () => vault.add(name, options)),
  setSpendLimits: (name, limits) =>
    withOptions(checkOptions('setSpendLimits', limitNames, limits), () => vault.setSpendLimits(name, limits)),
  updateSpendLimits: (name, patch) =>
    withOptions(checkOptions('updateSpendLimits', limitNames, patch), () => vault.updateSpendLimits(name, patch)),
  list: (options) =>
    withOptions(
      pipe(
        checkOptions('list', listNames, options),
        E.flatMap(() => checkTag('list', options)),
      ),
      () => vault.list(options),
    ),
  panic: (scope) => withOptions(checkScope(scope), () => vault.panic(scope)),
  planRemoval: (name, options) =>
    withOptions(checkOptions('planRemoval', removeNames, options), () => vault.planRemoval(name, options)),
  remove: (name, options) => withOptions(checkOptions('remove', removeNames, options), () => vault.remove(name, options)),
  planRotation: (name, options) =>
    withOptions(checkOptions('planRotation', rotateNames, options), () => vault.planRotation(name, options)),
  rotate: (name, options) => withOptions(checkOptions('rotate', rotateNames, options), () => vault.rotate(name, options)),
  planKeys: (declared, options) => withOptions(checkOptions('planKeys', planNames, options), () => vault.planKeys(declared, options)),
  applyKeys: (declared, options) => withOptions(checkOptions('applyKeys', applyNames, options), () => vault.applyKeys(declared, options)),
  reconcile: (options) => withOptions(checkOptions('reconcile', reconcileNames, options), () => vault.reconcile(options)),
  exportVault: (options) => withOptions(checkOptions('exportVault', exportNames, options), () => vault.exportVault(options)),
  history: (options) => withOptions(checkOptions('history', historyNames, options), () => vault.history(options)),
})
