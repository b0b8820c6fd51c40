import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DependencyContainer } from 'tsyringe'

import { alertsBeside } from '../../application/alerts/beside-readings.js'
import type { Deps, LocalDeps } from '../../application/deps.js'
import type { VaultError } from '../../application/errors.js'
import { makeVault, type Remote } from '../../application/make-vault.js'
import { rotateDue } from '../../application/rotations/rotate-due.js'
import type { OpenedVault } from '../../application/opened-vault.js'
import { type LoadedVault, loadVault, openManagementKey } from '../../application/vault-store.js'
import type { Surroundings } from './load-settings.js'
import type { VaultOptions } from './options.js'
import { watchInterval } from '../../application/watch/watch-interval.js'
import { viewWatcher } from '../../application/watcher-heartbeat.js'
import { makeSpendMemory } from '../../application/spend-memory.js'
import { type OpenWatch, watchOn, watchOnce } from '../../application/watch/watch.js'
import type { WatchDeps } from '../../application/watch/watch-pass.js'
import { allowedBase } from './pinned-host.js'
import { tokens } from './tokens.js'
import { alertDeps, withAlerts } from './with-alerts.js'

/** The vault's own facts and the base that it may be used with now. */
const pinnedBase = (
  local: LocalDeps,
  { settings }: Surroundings,
): TE.TaskEither<VaultError, { readonly loaded: LoadedVault; readonly baseUrl: string }> =>
  pipe(
    loadVault(local),
    TE.bindTo('loaded'),
    TE.bind('baseUrl', ({ loaded }) => TE.fromEither(allowedBase(loaded.state.pin.baseUrl, settings.baseUrl))),
  )

const makeRemote = (registry: DependencyContainer, local: LocalDeps, around: Surroundings): Remote => {
  const connector = registry.resolve(tokens.connector)
  return {
    deps: () =>
      pipe(
        pinnedBase(local, around),
        TE.bind('managementKey', ({ loaded }) => openManagementKey(local, loaded)),
        TE.bind('client', ({ managementKey, baseUrl }) => connector.clientFor(managementKey, baseUrl)),
        TE.map(({ loaded, client }): Deps => ({ ...local, client, vault: loaded.state.vault, pin: loaded.state.pin })),
      ),
    clientFor: (managementKey) =>
      pipe(
        pinnedBase(local, around),
        TE.flatMap(({ baseUrl }) => connector.clientFor(managementKey, baseUrl)),
      ),
  }
}

/** All functions of a vault, over the parts in its registry. */
export const assembleVault = (
  registry: DependencyContainer,
  parts: LocalDeps,
  around: Surroundings,
  options: VaultOptions,
): OpenedVault => {
  const local: LocalDeps = { spendMemory: makeSpendMemory(), ...parts }
  const remote = makeRemote(registry, local, around)
  const alerting = alertDeps(local, remote, around, options.alerts ?? {})
  const open: OpenWatch = () => TE.map((deps: Deps): WatchDeps => ({ ...alerting, ...deps }))(remote.deps())
  return {
    ...withAlerts(makeVault(local, remote, { policy: alerting.policy, beside: alertsBeside(alerting) }), alerting),
    rotateDue: (given) => rotateDue(local, remote.deps, alerting.policy, given),
    watcher: () => viewWatcher(local),
    watchOnce: (given) =>
      pipe(
        TE.fromEither(watchInterval(given)),
        TE.flatMap((interval) => watchOnce(local, open, interval)),
      ),
    watch: (given) => watchOn(local, open, watchInterval(given)),
  }
}
