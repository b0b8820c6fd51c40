import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DependencyContainer } from 'tsyringe'

import type { Deps, LocalDeps } from '../../application/deps.js'
import type { VaultError } from '../../application/errors.js'
import { makeVault, type Remote } from '../../application/make-vault.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import type { OpenedVault } from '../../application/vault.js'
import { type LoadedVault, loadVault, openManagementKey } from '../../application/vault-store.js'
import { loadSettings, type Surroundings } from './load-settings.js'
import { openStore } from './open-parts.js'
import { openSealer } from './open-sealer.js'
import type { VaultOptions } from './options.js'
import { allowedBase } from './pinned-host.js'
import { localDeps, makeRegistry } from './registry.js'
import { tokens } from './tokens.js'
import { alertDeps, withAlerts } from './with-alerts.js'
import { openingOf } from './unlock.js'
import { withoutKey } from './without-key.js'

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

const assemble = (registry: DependencyContainer, around: Surroundings, options: VaultOptions): OpenedVault => {
  const local = localDeps(registry)
  const vault = withAlerts(makeVault(local, makeRemote(registry, local, around)), alertDeps(local, around.env, options.alerts ?? {}))
  const { close } = registry.resolve(tokens.connector)
  return {
    ...vault,
    close: () => pipe(TE.fromTask<void, VaultError>(close), TE.flatMap(vault.close)),
  }
}

/** A store that was made and never initialised holds no vault: whoever began it makes it again. */
const mustBeVault = (registry: DependencyContainer, store: VaultStore, { settings }: Surroundings): TE.TaskEither<VaultError, void> =>
  pipe(
    loadVault({ log: store.log, vaultEvents: registry.resolve(tokens.vaultEvents) }),
    TE.mapLeft((error): VaultError => (error._tag === 'VaultMissing' ? { ...error, place: settings.home.value } : error)),
    TE.map(() => undefined),
  )

/** What must be opened before anything can be resolved. A store that was opened in vain is closed again. */
const fill = (registry: DependencyContainer, around: Surroundings, options: VaultOptions): TE.TaskEither<VaultError, void> => {
  const { overrides = {} } = options
  const withSealer = (store: VaultStore): TE.TaskEither<VaultError, void> =>
    pipe(
      mustBeVault(registry, store, around),
      // A store that was brought is used as it is; one of ours is unlocked, whoever seals.
      TE.flatMap(() =>
        overrides.sealer !== undefined && overrides.store !== undefined
          ? TE.right(overrides.sealer)
          : TE.orElse(withoutKey)(openSealer(openingOf(around, options, store))),
      ),
      TE.map((own) => overrides.sealer ?? own),
      TE.map((sealer) => {
        registry.register(tokens.store, { useValue: store })
        registry.register(tokens.sealer, { useValue: sealer })
      }),
      TE.orElse((error) => pipe(store.log.close(), TE.fold(() => TE.left(error), () => TE.left(error)))),
    )
  return pipe(overrides.store === undefined ? openStore(around) : TE.right(overrides.store), TE.flatMap(withSealer))
}

/**
 * Opens a vault. Nothing is sent, and the HTTP code is not loaded, until a function needs OpenRouter. Close it when done:
 * an open vault holds its database and its connections.
 */
export const openVault = (options: VaultOptions = {}): TE.TaskEither<VaultError, OpenedVault> =>
  pipe(
    loadSettings(options),
    TE.bindTo('around'),
    TE.bind('registry', ({ around }) => TE.fromTask<DependencyContainer, VaultError>(() => makeRegistry(around, options))),
    TE.tap(({ registry, around }) => fill(registry, around, options)),
    TE.map(({ registry, around }) => assemble(registry, around, options)),
  )
