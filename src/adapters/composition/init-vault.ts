import { dirname, join } from 'node:path'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DependencyContainer } from 'tsyringe'

import { invalidInput, type KeyLeft, type VaultError } from '../../application/errors.js'
import type { Sealer } from '../../application/ports/sealer.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { initVault as writeFirstFact, verifyForInit } from '../../application/use-cases/init-vault.js'
import type { VaultKeySource } from '../../domain/vault/event.js'
import { setConfig } from '../config/index.js'
import { checkPassphrase } from './check-passphrase.js'
import { loadSettings, type Surroundings } from './load-settings.js'
import { type Found, findOldVault, type Readers } from './old-vault.js'
import { closeStore, createStore, masterKeyFileOf } from './open-parts.js'
import { beginSealer } from './open-sealer.js'
import { initOptionNames } from './option-names.js'
import type { InitOptions, VaultOptions } from './options.js'
import { makeRegistry } from './registry.js'
import { mayBegin, type Moved, moveAside, takeSettingsOver, type Waiver } from './set-aside.js'
import { tokens } from './tokens.js'
import type { Opening } from './unlock.js'

/** What `initVault` made. */
export interface InitReport {
  readonly vault: string
  readonly home: string
  /** Null where the vault key is in no file. */
  readonly masterKeyFile: string | null
  readonly keySource: VaultKeySource
  /** The vault key lies in the vault's own folder. */
  readonly keyBesideData: boolean
  readonly baseUrl: string
  /** How OpenRouter shows the management key. */
  readonly label: string
  readonly workspaces: number
  /** Where the old vault is now. */
  readonly setAside: string | null
  /** Keys that the old vault held or owed, as far as it could be read. Nobody looks after them now. */
  readonly leftAlive: ReadonlyArray<KeyLeft>
  /** The old vault was damaged, so there may be more of them. */
  readonly oldDamaged: boolean
}

interface Beginning {
  readonly around: Surroundings
  readonly registry: DependencyContainer
}

const ownKeyFile = 'vault.key'

const isInFile = ({ keySource }: InitOptions): boolean => keySource === undefined || keySource.kind === 'key-file'

const begin = (options: VaultOptions): TE.TaskEither<VaultError, Beginning> =>
  pipe(
    loadSettings(options, initOptionNames),
    TE.bindTo('around'),
    TE.bind('registry', ({ around }) => TE.fromTask<DependencyContainer, VaultError>(() => makeRegistry(around, options))),
  )

const readers = (registry: DependencyContainer): Readers => ({
  keyEvents: registry.resolve(tokens.keyEvents),
  vaultEvents: registry.resolve(tokens.vaultEvents),
  protocol: registry.resolve(tokens.protocol),
})

/** Where a vault is or would be, and whether one is there. */
export const findVault = (options: VaultOptions): TE.TaskEither<VaultError, { readonly place: string; readonly exists: boolean }> =>
  pipe(
    begin(options),
    TE.bind('found', ({ registry, around }) => findOldVault(readers(registry), around)),
    TE.flatMap(({ around, found }) =>
      found._tag === 'Vault' && found.damage !== null
        ? TE.left(found.damage)
        : TE.right({ place: around.settings.home.value, exists: found._tag === 'Vault' }),
    ),
  )

const waiverOf = ({ forceNew = false, leaveKeysAlive = false }: InitOptions): Waiver => ({ forceNew, leaveKeysAlive })

const checkInput = ({ settings }: Surroundings, { keyBesideData, keySource, forceNew, leaveKeysAlive }: InitOptions): TE.TaskEither<VaultError, void> => {
  if (leaveKeysAlive === true && forceNew !== true)
    return TE.left(invalidInput({ field: 'leaveKeysAlive', rule: 'is for setting an old vault aside, and needs forceNew (--force-new)' }))
  if (keyBesideData === true && keySource !== undefined && keySource.kind !== 'key-file')
    return TE.left(invalidInput({ field: 'keyBesideData', rule: 'is for a vault key in a file, and this one is in none' }))
  if (keySource?.kind === 'passphrase') return TE.fromEither(checkPassphrase(keySource.passphrase, keySource.cost))
  return keyBesideData === true && ['option', 'environment'].includes(settings.masterKeyFile.origin)
    ? TE.left(invalidInput({ field: 'keyBesideData', rule: 'must not be given together with a place for the vault key' }))
    : TE.right(undefined)
}

const keyFileFor = (around: Surroundings, store: VaultStore, { keyBesideData }: InitOptions): string =>
  keyBesideData === true ? join(around.settings.home.value, ownKeyFile) : masterKeyFileOf(around, store.info.vaultId)

type Verified = Parameters<typeof writeFirstFact>[2]

const sealerFor = (opening: Opening, { overrides = {}, keySource = { kind: 'key-file' } }: InitOptions): TE.TaskEither<VaultError, Sealer> =>
  overrides.sealer === undefined ? beginSealer(opening, keySource) : TE.right(overrides.sealer)

/** Store, vault key and key ring, then the first fact; each part may be there already after an interrupted try. */
const write = (
  { around, registry }: Beginning,
  options: InitOptions,
  store: VaultStore,
  pin: Verified,
): TE.TaskEither<VaultError, string> => {
  const keyFile = keyFileFor(around, store, options)
  const place = around.settings.home.value
  const clock = registry.resolve(tokens.clock)
  const vaultEvents = registry.resolve(tokens.vaultEvents)
  return pipe(
    options.keyBesideData === true
      ? setConfig(around.configFile, { key: 'masterKeyFile', value: ownKeyFile })
      : TE.right(undefined),
    TE.flatMap(() => sealerFor({ around, options, store, keyFile }, options)),
    TE.flatMap((sealer) => writeFirstFact({ log: store.log, vaultEvents, sealer, clock }, store.info.vaultId, pin, options.managementKey)),
    TE.mapLeft((error): VaultError => (error._tag === 'VaultExists' ? { ...error, place } : error)),
    TE.map(() => keyFile),
  )
}

type Made = Pick<InitReport, 'vault' | 'masterKeyFile' | 'setAside' | 'leftAlive' | 'oldDamaged'>

const givenUp = (moved: Moved | null): Pick<Made, 'setAside' | 'leftAlive' | 'oldDamaged'> => {
  const old = moved?.found._tag === 'Vault' ? moved.found : null
  return { setAside: moved?.aside ?? null, leftAlive: old?.keys ?? [], oldDamaged: (old?.damage ?? null) !== null }
}

const make = (beginning: Beginning, options: InitOptions, old: Found, pin: Verified): TE.TaskEither<VaultError, Made> => {
  const { around, registry } = beginning
  const home = around.settings.home.value
  return pipe(
    old._tag === 'Vault'
      ? moveAside(readers(registry), around, waiverOf(options), registry.resolve(tokens.clock).now())
      : TE.right<VaultError, Moved | null>(null),
    TE.flatMap((moved) =>
      TE.bracket(
        options.overrides?.store === undefined ? createStore(around, registry.resolve(tokens.random).vaultId()) : TE.right(options.overrides.store),
        (store) =>
          pipe(
            moved === null ? TE.right(undefined) : takeSettingsOver(moved.aside, home),
            TE.flatMap(() => write(beginning, options, store, pin)),
            TE.map((keyFile) => ({
              vault: store.info.vaultId,
              masterKeyFile: isInFile(options) ? keyFile : null,
              ...givenUp(moved),
            })),
          ),
        // Whoever brought a store goes on with it.
        (store) => (store === options.overrides?.store ? TE.right(undefined) : closeStore(store)),
      ),
    ),
  )
}

/**
 * Makes a vault for the account of a management key. Nothing is written before OpenRouter has answered that it is one;
 * an interrupted try is carried on by the next.
 */
export const initVault = (options: InitOptions): TE.TaskEither<VaultError, InitReport> =>
  pipe(
    begin(options),
    TE.tap(({ around }) => checkInput(around, options)),
    TE.bind('old', ({ registry, around }) =>
      options.overrides?.store === undefined ? findOldVault(readers(registry), around) : TE.right<VaultError, Found>({ _tag: 'Nothing' }),
    ),
    TE.tap(({ around, old }) => mayBegin(old, around.settings.home.value, waiverOf(options))),
    TE.flatMap(({ old, ...beginning }) => verifyAndMake(beginning, options, old)),
  )

const verifyAndMake = (beginning: Beginning, options: InitOptions, old: Found): TE.TaskEither<VaultError, InitReport> => {
  const { settings } = beginning.around
  const home = settings.home.value
  const baseUrl = settings.baseUrl.value
  const connector = beginning.registry.resolve(tokens.connector)
  return pipe(
    connector.clientFor(options.managementKey, baseUrl),
    TE.flatMap((client) => verifyForInit(client, baseUrl)),
    TE.bindTo('verified'),
    TE.bind('made', ({ verified }) => make(beginning, options, old, verified.pin)),
    TE.map(({ verified: { label, workspaces }, made }) => ({
      ...made,
      home,
      keySource: options.keySource?.kind ?? 'key-file',
      keyBesideData: made.masterKeyFile !== null && dirname(made.masterKeyFile) === home,
      baseUrl,
      label,
      workspaces,
    })),
    (task) => async () => {
      const result = await task()
      await connector.close()
      return result
    },
  )
}
