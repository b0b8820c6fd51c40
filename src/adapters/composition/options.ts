import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { AlertChannel } from '../../application/ports/alert-channel.js'
import type { HttpTransport } from '../../application/ports/http.js'
import type { Secret } from '../../application/secret.js'
import type { OwnRule } from '../../domain/alerts/conditions.js'
import type { AlertPolicy } from '../../domain/alerts/policy.js'
import type { Environment, GivenSettings } from '../config/index.js'
import type { Parts } from './tokens.js'
import type { RequestTrace } from './trace.js'

/** Asks for a passphrase. `nobody`: there is nobody to ask. `broken-off`: whoever was asked did not answer. */
export type AskPassphrase = () => Promise<Secret | 'nobody' | 'broken-off'>

/** A `Keychain` whose keys are Node's `KeyObject`; the type is not named, so that a program without Node's types compiles. */
export interface OwnKeychain {
  readonly store: (account: string, key: never) => TaskEither<unknown, void>
  readonly lookup: (account: string) => TaskEither<unknown, object>
  readonly clear: (account: string) => TaskEither<unknown, void>
}

/** Parts that a library user brings, each by its name in the container. They are used as they are. */
export interface Overrides extends Partial<Parts> {
  /** Carries the requests of the usual connector instead of undici. */
  readonly transport?: HttpTransport
  /** Keeps vault keys instead of the system's keychain. */
  readonly keychain?: OwnKeychain
}

/** Alerts of a program's own, beside what is configured. */
export interface AlertOptions {
  /** Instead of the policy in `config.yaml`. */
  readonly policy?: AlertPolicy
  /** Rules of one's own, under names such as `acme:weekend`. */
  readonly rules?: ReadonlyArray<OwnRule>
  /** Channels of one's own, by their names. One gets what is raised while the vault is open, and what it missed since the first alert that it was ever sent. */
  readonly channels?: Readonly<Record<string, AlertChannel['deliver']>>
}

/** How to open a vault. A setting that is not given comes from `env`, then from `config.yaml`, then from the defaults. */
export interface VaultOptions extends GivenSettings {
  /** Environment variables to heed, usually `process.env`. Default: none. */
  readonly env?: Environment
  /** What relative paths are relative to. Default: the process's working folder. */
  readonly workingFolder?: string
  /** The folder that `~` is. Default: the user's own. */
  readonly userFolder?: string
  /** Once aborted, the running step ends, no new one begins, and waiting stops. */
  readonly stop?: AbortSignal
  /** Asked for the passphrase of a vault that has one, where `LEAN_VAULT_PASSPHRASE` in `env` does not give it. */
  readonly passphrase?: AskPassphrase
  /** A file with age identities, for a vault that this user is a recipient of. Default: `LEAN_VAULT_IDENTITY_FILE` in `env`. */
  readonly identityFile?: string
  /** Called after each request. */
  readonly trace?: (request: RequestTrace) => void
  readonly overrides?: Overrides
  readonly alerts?: AlertOptions
}

/** Where a new vault key is to come from. */
export type NewKeySource =
  | { readonly kind: 'key-file' }
  | {
      readonly kind: 'passphrase'
      readonly passphrase: Secret
      /** How dear a guess is: the logarithm of scrypt's N, 10 to 20. Default: 17, most of a second and 128 MiB. */
      readonly cost?: number
    }
  | { readonly kind: 'keychain' }

/** How a new vault is to be made, beside where it is and how it reaches OpenRouter. */
export interface InitOptions extends VaultOptions {
  readonly managementKey: Secret
  /** Sets an old vault aside by renaming its folder, if it neither holds nor owes a key. */
  readonly forceNew?: boolean
  /**
   * Sets it aside even so, and though it is damaged: its keys stay alive at OpenRouter, nobody looks after them, and the
   * report names those that could be read. For a vault whose key is lost.
   */
  readonly leaveKeysAlive?: boolean
  /** Puts the vault key into the vault's own folder: whoever gets the folder then has everything. */
  readonly keyBesideData?: boolean
  /** Where the vault key is to come from. Default: a key file, apart from the data. */
  readonly keySource?: NewKeySource
}
