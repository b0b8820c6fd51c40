import type { HttpTransport } from '../../application/ports/http.js'
import type { Secret } from '../../application/secret.js'
import type { Environment, GivenSettings } from '../config/index.js'
import type { Parts } from './tokens.js'
import type { RequestTrace } from './trace.js'

/** Parts that a library user brings, each by its name in the container. They are used as they are. */
export interface Overrides extends Partial<Parts> {
  /** Carries the requests of the usual connector instead of undici. */
  readonly transport?: HttpTransport
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
  /** Called after each request. */
  readonly trace?: (request: RequestTrace) => void
  readonly overrides?: Overrides
}

/** How a new vault is to be made, beside where it is and how it reaches OpenRouter. */
export interface InitOptions extends VaultOptions {
  readonly managementKey: Secret
  /** Sets an old vault aside by renaming its folder, if it neither holds nor owes a key. */
  readonly forceNew?: boolean
  /** Puts the vault key into the vault's own folder: whoever gets the folder then has everything. */
  readonly keyBesideData?: boolean
}
