import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { parsePatch } from '../../application/use-cases/input.js'
import type { LimitOptions } from '../../index.js'
import { changeAnswer } from '../change-text.js'
import { checkName } from '../check-name.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { withProgress, withVault } from '../session.js'

interface Flags {
  readonly monthlyLimit?: string
  readonly dailyLimit?: string
  readonly alertThreshold?: string
}

const orNone = (text: string): string | null => (text === 'none' ? null : text)

const toOptions = ({ monthlyLimit, dailyLimit, alertThreshold }: Flags): LimitOptions => ({
  ...(monthlyLimit === undefined ? {} : { monthlyLimit: orNone(monthlyLimit) }),
  ...(dailyLimit === undefined ? {} : { dailyLimit: orNone(dailyLimit) }),
  ...(alertThreshold === undefined ? {} : { alertThreshold }),
})

/** A mistake in the command line is told before the vault is opened. */
const check = (options: LimitOptions): TE.TaskEither<CliError, unknown> =>
  Object.keys(options).length === 0
    ? TE.left(usage('No limit was given.', 'Give --monthly-limit, --daily-limit or --alert-threshold.'))
    : TE.fromEither(parsePatch(options))

const body =
  (name: string, flags: Flags): Body =>
  (session) => {
    const options = toOptions(flags)
    return pipe(
      checkName(name),
      TE.flatMap(() => check(options)),
      TE.flatMap(() => withVault(session, (vault) => withProgress(session, vault.updateSpendLimits(name, options)))),
      TE.map((change) => changeAnswer(change, 'limited like that')),
    )
  }

/** `update-limits <name>` */
export const registerUpdateLimits: Register = (program, act) => {
  describe(program.command('update-limits <name>'), {
    summary: 'Change what a key may spend, and when to warn',
    more: 'What is not given stays. What tightens is applied first and all of it is read back; where OpenRouter refuses a part for good, the old limits hold again. Days and months are UTC.',
    examples: [
      'update-limits my-key --monthly-limit 50',
      'update-limits my-key --monthly-limit none --daily-limit 5',
      'update-limits my-key --alert-threshold 0.5,0.9 --json',
    ],
    exits: [0, 2, 3, 4, 5, 6, 7, 8],
  })
    .option('--monthly-limit <dollars>', 'most in a UTC calendar month; 0: nothing; none: no limit')
    .option('--daily-limit <dollars>', 'most in a UTC day; at most the monthly limit; 0: nothing; none: no limit')
    .option('--alert-threshold <shares>', 'shares of a limit at which to warn, such as 0.8 or 0.8,0.95')
    .action((name: string, flags: Flags) => act(body(name, flags)))
}
