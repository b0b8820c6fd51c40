import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import { type DoctorReport, type Finding, problem, unknown } from './doctor-report.js'
import { examineAccount } from './examine-account.js'
import { examineInstallation, examineVaultPlace, textOf } from './examine-place.js'
import { loadSettings, type Surroundings } from './load-settings.js'
import type { VaultOptions } from './options.js'

const counted = (findings: ReadonlyArray<Finding>): DoctorReport => ({
  findings,
  problems: findings.filter(({ severity }) => severity === 'problem').length,
})

const withSettings = async (around: Surroundings, options: VaultOptions): Promise<ReadonlyArray<Finding>> => {
  const { isThere, findings } = await examineVaultPlace(around, options)()
  const rest = isThere ? await examineAccount(options)() : [unknown('account', 'There is no vault to compare with OpenRouter.')]
  return [...findings, ...rest]
}

/**
 * Looks at the installation, the vault's files and key, what is owed, and what OpenRouter holds. It changes nothing, asks
 * nobody, and works without a vault, without its key and without the network: it then says what it could not look at.
 */
export const examine = (options: VaultOptions = {}): TE.TaskEither<VaultError, DoctorReport> =>
  pipe(
    TE.fromTask<ReadonlyArray<Finding>, VaultError>(examineInstallation),
    TE.flatMap((installed) =>
      pipe(
        loadSettings(options),
        TE.matchE(
          (error) => () => Promise.resolve([problem('settings', 'rule' in error ? `${error.field} ${error.rule}` : textOf(error), 'lean-vault config shows them.')]),
          (around) => () => withSettings(around, options),
        ),
        TE.fromTask<ReadonlyArray<Finding>, VaultError>,
        TE.map((found) => counted([...installed, ...found])),
      ),
    ),
  )
