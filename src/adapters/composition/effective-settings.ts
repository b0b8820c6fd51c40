import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import { loadVault } from '../../application/vault-store.js'
import { type AlertScope, type Edit, type Origin, parseAlertEdit, parseEdit, setAlerts, setConfig, type Sourced } from '../config/index.js'
import { vaultEventCodec } from '../event-codec/event-codec.js'
import { loadSettings, type Surroundings } from './load-settings.js'
import { closeStore, masterKeyFileOf, openStore } from './open-parts.js'
import type { VaultOptions } from './options.js'
import { allowedBase } from './pinned-host.js'
import { proxySettings } from './proxy-settings.js'
import { headFileOf } from './unlock-log.js'

/** One setting as it is in force. `vault`: pinned when the vault was made. No value is a secret. */
export interface EffectiveSetting {
  readonly name: string
  readonly value: string | number | null
  readonly origin: Origin | 'vault'
  /** The variable, or the file with its line; null where the origin says it all. */
  readonly source: string | null
}

/** What a vault says about itself; nulls where there is none yet. */
interface OfVault {
  readonly baseUrl: string | null
  readonly masterKeyFile: string | null
  readonly headFile: string | null
}

const noVault: OfVault = { baseUrl: null, masterKeyFile: null, headFile: null }

const askVault = (around: Surroundings): TE.TaskEither<VaultError, OfVault> =>
  pipe(
    TE.bracket(
      openStore(around),
      ({ log, info }) =>
        pipe(
          loadVault({ log, vaultEvents: vaultEventCodec }),
          TE.map(
            ({ state }): OfVault => ({
              baseUrl: state.pin.baseUrl,
              masterKeyFile: masterKeyFileOf(around, info.vaultId),
              headFile: headFileOf(around, info.vaultId, masterKeyFileOf(around, info.vaultId)),
            }),
          ),
        ),
      closeStore,
    ),
    TE.orElse(() => TE.right(noVault)),
  )

const named = (name: string, { value, origin, source }: Sourced<string | number | null>): EffectiveSetting => ({
  name,
  value,
  origin,
  source,
})

/** A proxy's address may hold a password, with any character in it: of what stands before the last `@` only the scheme is shown. */
const withoutPassword = (proxy: string): string => proxy.replace(/^([a-z]+:\/\/)?.*@/is, '$1<redacted>@')

const environment = (name: string, source: string, value: string | null): EffectiveSetting => ({
  name,
  value,
  origin: value === null ? 'default' : 'environment',
  source: value === null ? null : source,
})

const shown = ({ settings, env }: Surroundings, vault: OfVault): ReadonlyArray<EffectiveSetting> => {
  const { home, baseUrl, masterKeyFile, headFile, httpTimeoutMs, retryBudgetMs, settleMs } = settings
  const { httpsProxy, noProxy } = proxySettings(env)
  const certificates = env['SSL_CERT_FILE']
  return [
    named('home', home),
    baseUrl.origin === 'default' && vault.baseUrl !== null
      ? { name: 'baseUrl', value: vault.baseUrl, origin: 'vault', source: null }
      : named('baseUrl', baseUrl),
    named('masterKeyFile', { ...masterKeyFile, value: masterKeyFile.value ?? vault.masterKeyFile }),
    named('headFile', { ...headFile, value: headFile.value ?? vault.headFile }),
    named('httpTimeoutMs', httpTimeoutMs),
    named('retryBudgetMs', retryBudgetMs),
    named('settleMs', settleMs),
    environment('httpsProxy', 'HTTPS_PROXY', httpsProxy === null ? null : withoutPassword(httpsProxy)),
    environment('noProxy', 'NO_PROXY', noProxy),
    environment('certificates', 'SSL_CERT_FILE', certificates === undefined || certificates === '' ? null : certificates),
  ]
}

/** Every setting in force and where it comes from. The vault, if there is one, is asked for what it pins. */
export const effectiveSettings = (options: VaultOptions): TE.TaskEither<VaultError, ReadonlyArray<EffectiveSetting>> =>
  pipe(
    loadSettings(options),
    TE.bindTo('around'),
    TE.bind('vault', ({ around }) => askVault(around)),
    TE.map(({ around, vault }) => shown(around, vault)),
  )

/** A base of another host than the pinned one would be refused by every later command, so it is refused here. */
const checkHost = (around: Surroundings, { key, value }: Edit): TE.TaskEither<VaultError, void> => {
  if (key !== 'baseUrl' || typeof value !== 'string') return TE.right(undefined)
  return pipe(
    askVault(around),
    TE.flatMapEither(({ baseUrl }) => (baseUrl === null ? E.right(value) : allowedBase(baseUrl, { value, origin: 'file' }))),
    TE.map(() => undefined),
  )
}

/** Writes one setting into `config.yaml`, and gives what is in force then: a stronger source may hide it. */
export const changeSetting = (options: VaultOptions, name: string, text: string): TE.TaskEither<VaultError, EffectiveSetting> =>
  pipe(
    TE.fromEither(parseEdit(name, text)),
    TE.bindTo('edit'),
    TE.bind('around', () => loadSettings(options)),
    TE.tap(({ around, edit }) => checkHost(around, edit)),
    TE.tap(({ around, edit }) => setConfig(around.configFile, edit)),
    TE.flatMap(() => effectiveSettings(options)),
    TE.flatMap((settings) => {
      const changed = settings.find((setting) => setting.name === name)
      return changed === undefined ? TE.left(invalidInput({ field: 'setting', rule: 'must be known' })) : TE.right(changed)
    }),
  )


/** Writes one setting of the alerts into `config.yaml`; `default` takes it away. Nothing needs to be open for that. */
export const changeAlertSetting = (options: VaultOptions, setting: string, text: string, scope: AlertScope): TE.TaskEither<VaultError, void> =>
  pipe(
    TE.fromEither(parseAlertEdit(setting, text, scope)),
    TE.bindTo('edit'),
    TE.bind('around', () => loadSettings(options)),
    TE.flatMap(({ around, edit }) => setAlerts(around.configFile, edit)),
  )
