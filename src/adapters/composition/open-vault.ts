import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DependencyContainer } from 'tsyringe'

import type { Alerts } from '../../application/alerts/alerts.js'
import { unavailable, type VaultError } from '../../application/errors.js'
import { type FunctionNames, lazily, lazyFunctions } from '../../application/lazily.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { getByName } from '../../application/use-cases/get.js'
import type { Vault } from '../../application/vault.js'
import type { OpenedVault } from '../../application/opened-vault.js'
import { loadVault } from '../../application/vault-store.js'
import { loadSettings, type Surroundings } from './load-settings.js'
import { openStore } from './open-parts.js'
import { openSealer } from './open-sealer.js'
import type { VaultOptions } from './options.js'
import { localDeps, makeRegistry } from './registry.js'
import { tokens } from './tokens.js'
import { openingOf } from './unlock.js'
import { withoutKey } from './without-key.js'

const functions: FunctionNames<Omit<Vault, 'get' | 'close'>> = {
  add: true,
  list: true,
  show: true,
  setSpendLimits: true,
  updateSpendLimits: true,
  changeTags: true,
  suspend: true,
  resume: true,
  panic: true,
  planRemoval: true,
  remove: true,
  planKeys: true,
  applyKeys: true,
  reconcile: true,
  getPrevious: true,
  planRotation: true,
  rotate: true,
  importKey: true,
  importVault: true,
  exportVault: true,
  getCurrentUsage: true,
  usageHistory: true,
  usage: true,
  recordUsage: true,
  history: true,
  checkCredential: true,
  changeCredential: true,
}

const alertFunctions: FunctionNames<Omit<Alerts, 'subscribe'>> = {
  list: true,
  show: true,
  acknowledge: true,
  mute: true,
  unmute: true,
  replay: true,
  rules: true,
  sending: true,
  channels: true,
  addChannel: true,
  rotateCredential: true,
  removeChannel: true,
  test: true,
  evaluate: true,
  review: true,
  tellDamage: true,
  deliver: true,
}

/** Handing out a secret is what must be quick: it is here, and the rest of a vault is loaded with the first other function. */
const assemble = (registry: DependencyContainer, around: Surroundings, options: VaultOptions): OpenedVault => {
  const local = localDeps(registry)
  let loading: Promise<OpenedVault> | null = null
  const whole = (): Promise<OpenedVault> =>
    (loading ??= import('./assemble-vault.js').then(({ assembleVault }) => assembleVault(registry, local, around, options)))
  const { close } = registry.resolve(tokens.connector)
  return {
    ...lazyFunctions(functions, whole),
    get: (name) => getByName(local, name),
    close: () =>
      pipe(
        TE.fromTask<void, VaultError>(close),
        TE.flatMap(() => TE.mapLeft(unavailable)(local.log.close())),
      ),
    alerts: {
      ...lazyFunctions(alertFunctions, async () => (await whole()).alerts),
      async *subscribe () {
        yield* (await whole()).alerts.subscribe()
      },
    },
    rotateDue: (given) => lazily(whole, (vault) => vault.rotateDue(given)),
    watcher: () => lazily(whole, (vault) => vault.watcher()),
    watchOnce: (given) => lazily(whole, (vault) => vault.watchOnce(given)),
    async *watch (given) {
      yield* (await whole()).watch(given)
    },
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
          ? TE.right({ store, sealer: overrides.sealer })
          : TE.orElse(withoutKey(store))(openSealer(openingOf(around, options, store))),
      ),
      TE.map((followed) => {
        registry.register(tokens.store, { useValue: followed.store })
        registry.register(tokens.sealer, { useValue: overrides.sealer ?? followed.sealer })
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
