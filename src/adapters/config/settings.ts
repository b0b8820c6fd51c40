import type { AlertEntry } from './alerts-section.js'
import type { BaseUrl } from './setting-codecs.js'
import { baseUrlCodec, pathCodec, wholeNumber } from './setting-codecs.js'

/** Where a setting's value came from. `option` is a command-line flag, or an option given to the library. */
export type Origin = 'option' | 'environment' | 'file' | 'default'

/** A value and where it came from; `source` names the flag, the variable, or the file with its line. */
export interface Sourced<A> {
  readonly value: A
  readonly origin: Origin
  readonly source: string | null
}

/** Every effective setting. Durations are milliseconds. No secret is ever a setting. */
export interface Settings {
  /** The vault's folder, absolute. */
  readonly home: Sourced<string>
  /** The API's base without a slash at its end. As `default`, an initialised vault uses the one it was pinned to. */
  readonly baseUrl: Sourced<BaseUrl>
  /** The vault key's file, absolute; `null`: the user's configuration folder, one file for each vault. */
  readonly masterKeyFile: Sourced<string | null>
  /** The file that remembers the head of the log, absolute; `null`: beside the vault key's file, one for each vault. */
  readonly headFile: Sourced<string | null>
  readonly httpTimeoutMs: Sourced<number>
  readonly retryBudgetMs: Sourced<number>
  readonly settleMs: Sourced<number>
}

/** What `config.yaml` may set. */
export const fileCodecs = {
  baseUrl: baseUrlCodec,
  masterKeyFile: pathCodec,
  headFile: pathCodec,
  httpTimeoutMs: wholeNumber(1, 600_000),
  retryBudgetMs: wholeNumber(0, 86_400_000),
  settleMs: wholeNumber(0, 3_600_000),
} as const

export type FileKey = keyof typeof fileCodecs

export const fileKeys: ReadonlyArray<FileKey> = ['baseUrl', 'masterKeyFile', 'headFile', 'httpTimeoutMs', 'retryBudgetMs', 'settleMs']

export const isFileKey = (key: string): key is FileKey => Object.hasOwn(fileCodecs, key)

/** The environment variable of each setting. */
export const variables: Readonly<Record<FileKey | 'home', string>> = {
  home: 'LEAN_VAULT_HOME',
  baseUrl: 'OPENROUTER_BASE_URL',
  masterKeyFile: 'LEAN_VAULT_MASTER_KEY_FILE',
  headFile: 'LEAN_VAULT_HEAD',
  httpTimeoutMs: 'LEAN_VAULT_HTTP_TIMEOUT_MS',
  retryBudgetMs: 'LEAN_VAULT_RETRY_BUDGET_MS',
  settleMs: 'LEAN_VAULT_SETTLE_MS',
}

/** Settings that the caller gives. They win over everything else. */
export interface GivenSettings {
  readonly home?: string
  /** The name of a vault beside the usual one: its folder is `~/.lean_vault-<profile>`. `home` wins over it. */
  readonly profile?: string
  readonly baseUrl?: string
  readonly masterKeyFile?: string
  readonly headFile?: string
  readonly httpTimeoutMs?: number
  readonly retryBudgetMs?: number
  readonly settleMs?: number
}

/** Environment variables; an empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What relative paths are relative to. */
export interface Places {
  readonly workingFolder: string
  readonly userFolder: string
}

/** One value of `config.yaml` and its line, from 1. */
export interface FileValue {
  readonly value: string | number
  readonly line: number
}

/** The checked contents of `config.yaml`. */
export interface FileSettings {
  readonly path: string
  readonly values: Readonly<Partial<Record<FileKey, FileValue>>>
  /** The `alerts` section, value by value. */
  readonly alerts: ReadonlyArray<AlertEntry>
}

export const noFileSettings = (path: string): FileSettings => ({ path, values: {}, alerts: [] })
