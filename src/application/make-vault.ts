import type * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type AlertPolicy, defaultPolicy } from '../domain/alerts/policy.js'
import type { LimitsPatch } from '../domain/spend/limits.js'
import { type KeyHash, keyHash, type KeyName } from '../domain/shared/identifiers.js'
import { checkedVault } from './checked-vault.js'
import { declaredFunctions } from './declared-functions.js'
import type { Deps, LocalDeps } from './deps.js'
import { invalidInput, unavailable, type VaultError } from './errors.js'
import { loadKey } from './key-store.js'
import type { OpenRouterClient } from './ports/open-router-client.js'
import type { ChangeReport, HistoryEntry } from './reports.js'
import type { Secret } from './secret.js'
import { add, checkLocally, parseAdd } from './use-cases/add.js'
import { resume, suspend } from './use-cases/containment.js'
import { checkCredential } from './use-cases/check-credential.js'
import { changeCredential } from './use-cases/credentials.js'
import { changeTags } from './use-cases/change-tags.js'
import { exportVault } from './use-cases/export-vault.js'
import { getByName, getPrevious } from './use-cases/get.js'
import { history } from './use-cases/history.js'
import { importKey } from './use-cases/import-key.js'
import { importVault } from './use-cases/import-keys.js'
import { parseLimits, parseName, parseNote, parsePatch, parseRotation, parseSince } from './use-cases/input.js'
import { leaveAlive } from './use-cases/leave-alive.js'
import { list, show } from './use-cases/list.js'
import { panic } from './use-cases/panic.js'
import { owedSinceRestore } from './use-cases/owed-since-restore.js'
import { planRemoval } from './use-cases/plan-removal.js'
import { planRotation } from './use-cases/plan-rotation.js'
import { planReconcile, reconcile } from './use-cases/reconcile.js'
import { remove } from './use-cases/remove.js'
import { rotate } from './use-cases/rotate.js'
import type { BesideReadings } from './use-cases/record-readings.js'
import { recordUsage } from './use-cases/record-usage.js'
import { usageHistory } from './use-cases/usage-history.js'
import { cachedUsage, cachedUsageOf, currentUsageOf, currentUsages } from './use-cases/usage.js'
import { updateLimits } from './use-cases/update-limits.js'
import type { HistoryOptions, RemoveOptions, Vault } from './vault.js'

/** How a vault reaches OpenRouter: only when it must, so that everything local works offline and starts fast. */
export interface Remote {
  /** Opens the sealed management key and checks that the host is the pinned one. */
  readonly deps: () => TE.TaskEither<VaultError, Deps>
  /** A client that shows another credential, to try it before it is stored. */
  readonly clientFor: (managementKey: Secret) => TE.TaskEither<VaultError, OpenRouterClient>
}

const named = <A>(
  name: string,
  then: (parsed: KeyName) => TE.TaskEither<VaultError, A>,
): TE.TaskEither<VaultError, A> => pipe(TE.fromEither(parseName(name)), TE.flatMap(then))

/** A name that was never here is refused before anybody is asked. */
const known = <A>(
  local: LocalDeps,
  name: string,
  then: (parsed: KeyName) => TE.TaskEither<VaultError, A>,
): TE.TaskEither<VaultError, A> =>
  named(name, (parsed) =>
    pipe(
      loadKey(local, parsed),
      TE.flatMap(({ version }) =>
        version === 0 ? TE.left<VaultError>({ _tag: 'KeyNotFound', name: parsed }) : then(parsed),
      ),
    ),
  )

const asking = <A>(remote: Remote, then: (deps: Deps) => TE.TaskEither<VaultError, A>): TE.TaskEither<VaultError, A> =>
  pipe(remote.deps(), TE.flatMap(then))

/** What was given is checked before anybody is asked. */
const given = <A, B>(checked: E.Either<VaultError, A>, then: (value: A) => TE.TaskEither<VaultError, B>): TE.TaskEither<VaultError, B> =>
  pipe(TE.fromEither(checked), TE.flatMap(then))

const removing = (local: LocalDeps, remote: Remote, name: string, options: RemoveOptions): TE.TaskEither<VaultError, ChangeReport> =>
  known(local, name, (parsed) =>
    options.localOnly === true
      ? leaveAlive(local, parsed)
      : asking(remote, (deps) => remove(deps, parsed, { leaked: options.leaked ?? false, force: options.force ?? false })),
  )

const limiting = (
  local: LocalDeps,
  remote: Remote,
  name: string,
  limits: E.Either<VaultError, LimitsPatch>,
): TE.TaskEither<VaultError, ChangeReport> =>
  known(local, name, (parsed) => given(limits, (patch) => asking(remote, (deps) => updateLimits(deps, parsed, patch))))

const oneHash = (hash: string | undefined): TE.TaskEither<VaultError, KeyHash | null> =>
  hash === undefined ? TE.right(null) : pipe(TE.fromEither(keyHash(hash)), TE.mapLeft(invalidInput))

const querying = (
  local: LocalDeps,
  options: HistoryOptions,
): TE.TaskEither<VaultError, ReadonlyArray<HistoryEntry>> =>
  pipe(
    TE.Do,
    TE.bind('name', () => (options.name === undefined ? TE.right(null) : TE.fromEither(parseName(options.name)))),
    TE.bind('since', () =>
      options.since === undefined ? TE.right(null) : TE.fromEither(parseSince(options.since, local.clock.now())),
    ),
    TE.flatMap(({ name, since }) => history(local, { name, since, after: options.after ?? 0 })),
  )

/** What a vault's face needs beside its ports, each with a default. */
export interface Besides {
  /** Tells when keys are to be replaced. */
  readonly policy?: AlertPolicy
  /** Recorded in one commit with each reading of what keys have spent. */
  readonly beside?: BesideReadings
}

/** The library's face over its ports. */
export const makeVault = (local: LocalDeps, remote: Remote, { policy = defaultPolicy, beside }: Besides = {}): Vault =>
  checkedVault(unchecked(local, remote, policy, beside))

const unchecked = (local: LocalDeps, remote: Remote, policy: AlertPolicy, beside: BesideReadings | undefined): Vault => ({
  add: (name, options = {}) =>
    pipe(
      TE.fromEither(parseAdd(name, options, local.clock.now())),
      TE.bindTo('request'),
      TE.bind('check', ({ request }) => checkLocally(local, request)),
      TE.flatMap(({ request, check }) =>
        check._tag === 'There'
          ? TE.right(check.report)
          : asking(remote, (deps) => add(deps, request, check)),
      ),
    ),
  get: (name) => getByName(local, name),
  getPrevious: (name) => named(name, (parsed) => getPrevious(local, parsed)),
  list: (options = {}) => list(local, options, policy),
  show: (name) => named(name, (parsed) => show(local, parsed, policy)),
  setSpendLimits: (name, limits) => limiting(local, remote, name, parseLimits(limits)),
  updateSpendLimits: (name, patch) => limiting(local, remote, name, parsePatch(patch)),
  changeTags: (name, patch) => named(name, (parsed) => changeTags(local, parsed, patch)),
  suspend: (name, note) =>
    known(local, name, (parsed) => given(parseNote(note), (text) => asking(remote, (deps) => suspend(deps, parsed, text)))),
  resume: (name) => known(local, name, (parsed) => asking(remote, (deps) => resume(deps, parsed))),
  panic: (scope) => asking(remote, (deps) => panic(deps, scope)),
  planRemoval: (name, options = {}) => known(local, name, (parsed) => planRemoval(local, remote.deps, parsed, options)),
  remove: (name, options = {}) => removing(local, remote, name, options),
  planRotation: (name, options = {}) =>
    known(local, name, (parsed) => given(parseRotation(options), (mode) => planRotation(local, parsed, mode))),
  rotate: (name, options = {}) =>
    known(local, name, (parsed) => given(parseRotation(options), (mode) => asking(remote, (deps) => rotate(deps, parsed, mode)))),
  ...declaredFunctions(local, remote.deps),
  reconcile: (options = {}) =>
    pipe(
      TE.Do,
      TE.bind('revoke', () => oneHash(options.revoke)),
      TE.bind('adopt', () => oneHash(options.adopt)),
      TE.bind('deps', () => remote.deps()),
      TE.flatMap(({ revoke, adopt, deps }) => (options.dryRun === true ? planReconcile(deps) : reconcile(deps, { revoke, adopt }))),
      TE.flatMap((report) => owedSinceRestore(local, report)),
    ),
  importKey: (name, secret) =>
    named(name, (parsed) => asking(remote, (deps) => importKey(deps, parsed, secret))),
  importVault: (foreign) => asking(remote, (deps) => importVault(deps, foreign)),
  exportVault: ({ withSecrets = false } = {}) => exportVault(local, withSecrets),
  getCurrentUsage: (name, { cached = false } = {}) =>
    known(local, name, (parsed) =>
      cached ? cachedUsageOf(local, parsed) : asking(remote, (deps) => currentUsageOf(deps, parsed, beside)),
    ),
  usageHistory: (name, since) =>
    known(local, name, (parsed) => given(parseSince(since, local.clock.now()), (from) => usageHistory(local, parsed, from))),
  usage: ({ cached = false } = {}) => (cached ? cachedUsage(local) : asking(remote, (deps) => currentUsages(deps, beside))),
  recordUsage: (name, cost, generationId) => named(name, (parsed) => recordUsage(local, parsed, cost, generationId)),
  history: (options = {}) => querying(local, options),
  checkCredential: () => asking(remote, checkCredential),
  changeCredential: (managementKey) =>
    pipe(
      remote.clientFor(managementKey),
      TE.flatMap((client) => changeCredential(local, client, managementKey)),
    ),
  close: () => TE.mapLeft(unavailable)(local.log.close()),
})
