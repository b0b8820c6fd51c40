import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import { checkOptions, type Names, withOptions } from '../../application/known-options.js'
import { type AlertEntry, type Environment, readConfig, resolveHome, resolveSettings, type Settings } from '../config/index.js'
import { userFolder as systemUserFolder } from '../system/user-folder.js'
import { overrideNames, vaultOptionNames } from './option-names.js'
import type { VaultOptions } from './options.js'

/** The settings of a vault, with what is needed to read the rest of its surroundings. */
export interface Surroundings {
  readonly settings: Settings
  readonly env: Environment
  readonly userFolder: string
  readonly configFile: string
  /** The `alerts` section of `config.yaml`, value by value. */
  readonly alerts: ReadonlyArray<AlertEntry>
  /** Once aborted, nothing is waited for. */
  readonly stop: AbortSignal | null
}

/** The effective settings: options, whose names must be known, over environment over `config.yaml` over defaults. */
export const loadSettings = (
  options: VaultOptions,
  names: Names<VaultOptions> = vaultOptionNames,
): TE.TaskEither<VaultError, Surroundings> =>
  withOptions(
    pipe(
      checkOptions('a vault', names, options),
      E.flatMap(() => checkOptions('overrides', overrideNames, options.overrides)),
    ),
    () => load(options),
  )

const load = (options: VaultOptions): TE.TaskEither<VaultError, Surroundings> => {
  const env = options.env ?? {}
  const userFolder = options.userFolder ?? systemUserFolder()
  const places = { workingFolder: options.workingFolder ?? process.cwd(), userFolder }
  return pipe(
    TE.fromEither(resolveHome({ given: options, env }, places)),
    TE.mapLeft(invalidInput),
    TE.map((home) => join(home.value, 'config.yaml')),
    TE.bindTo('configFile'),
    TE.bind('file', ({ configFile }) => readConfig(configFile)),
    TE.flatMapEither(({ configFile, file }) =>
      pipe(
        resolveSettings({ given: options, env, file }, places),
        E.bimap(invalidInput, (settings) => ({ settings, env, userFolder, configFile, alerts: file.alerts, stop: options.stop ?? null })),
      ),
    ),
  )
}
