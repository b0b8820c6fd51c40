import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AddOptions, ChangeReport } from '../../index.js'
import { changeAnswer } from '../change-text.js'
import { type CliError, usage } from '../cli-error.js'
import { collect } from '../collect.js'
import { type Body, describe, type Register } from '../command.js'
import { type Session, warn, withProgress, withVault } from '../session.js'

interface Flags {
  readonly monthlyLimit?: string
  readonly dailyLimit?: string
  readonly alertThreshold?: string
  readonly requireEnforced?: boolean
  readonly expires?: string
  readonly workspace?: string
  readonly tag?: ReadonlyArray<string>
  readonly includeByok?: boolean
  readonly ifMissing?: boolean
}

/** `k=v` in two; the first `=` parts them. */
export const parseTag = (text: string, what = '--tag'): E.Either<CliError, readonly [key: string, value: string]> => {
  const at = text.indexOf('=')
  return at < 1
    ? E.left(usage(`${what} must be given as key=value.`, `For example: ${what === '--tag' ? '--tag ' : ''}team=web`))
    : E.right([text.slice(0, at), text.slice(at + 1)])
}

const toOptions = (flags: Flags): E.Either<CliError, AddOptions> =>
  pipe(
    E.traverseArray((text: string) => parseTag(text))(flags.tag ?? []),
    E.map((tags) => ({
      ...(flags.monthlyLimit === undefined ? {} : { monthlyLimit: flags.monthlyLimit }),
      ...(flags.dailyLimit === undefined ? {} : { dailyLimit: flags.dailyLimit }),
      ...(flags.alertThreshold === undefined ? {} : { alertThreshold: flags.alertThreshold }),
      ...(flags.expires === undefined ? {} : { expires: flags.expires }),
      ...(flags.workspace === undefined ? {} : { workspace: flags.workspace }),
      ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }),
      requireEnforced: flags.requireEnforced ?? false,
      includeByok: flags.includeByok ?? false,
      ifMissing: flags.ifMissing ?? false,
    })),
  )

/** A mistake in the command line is told before the vault is opened. */
const check = (name: string, options: AddOptions, { deps }: Session): TE.TaskEither<CliError, unknown> =>
  pipe(
    TE.fromTask(() => import('../../application/use-cases/add.js')),
    TE.flatMapEither(({ parseAdd }) => parseAdd(name, options, deps.now())),
  )

/** Only of what is there now: a refused name, or one that was there already, gets no advice. */
const warnUncapped = (session: Session, flags: Flags, { name, outcome }: ChangeReport): void => {
  if (outcome === 'unchanged' || flags.monthlyLimit !== undefined || flags.dailyLimit !== undefined || !session.io.stderr.isTerminal) return
  warn(session, `${name} is uncapped: it may spend all that the account has. lean-vault update-limits ${name} --monthly-limit <dollars> bounds it.`)
}

const useIt = (name: string): string =>
  `lean-vault get ${name} prints its secret; lean-vault exec ${name} -- <command> hands it to a program.`

const body =
  (name: string, flags: Flags): Body =>
  (session) =>
    pipe(
      TE.fromEither(toOptions(flags)),
      TE.tap((options) => check(name, options, session)),
      TE.flatMap((options) =>
        withVault(session, (vault) =>
          pipe(
            withProgress(session, vault.add(name, options)),
            TE.tapIO((report) => () => warnUncapped(session, flags, report)),
          ),
        ),
      ),
      TE.map((change) => changeAnswer(change, 'there', useIt(name))),
    )

/** `add <name>` */
export const registerAdd: Register = (program, act) => {
  describe(program.command('add <name>'), {
    summary: 'Create a key at OpenRouter, seal its secret here, and put its limit on it',
    more: 'A name has 1 to 64 letters, digits, dots, underscores or hyphens, and begins with a letter or a digit. The key is born unable to spend and is activated when its secret is safe.',
    examples: [
      'add my-key --monthly-limit 100',
      'add web --monthly-limit 9 --daily-limit 1 --alert-threshold 0.9',
      'add ci-bot --monthly-limit 12.50 --expires 90d --tag team=web',
      'add my-key --monthly-limit 100 --if-missing --json',
    ],
    exits: [0, 2, 4, 5, 6, 7, 8, 9],
  })
    .option('--monthly-limit <dollars>', 'most that the key may spend in a UTC calendar month; 0: nothing; default: no limit')
    .option('--daily-limit <dollars>', 'most that the key may spend in a UTC day; at most the monthly limit; default: no limit')
    .option('--alert-threshold <shares>', 'shares of a limit at which to warn, such as 0.8 or 0.8,0.95; default: 0.8')
    .option('--expires <when>', 'a span such as 90d, 12h or 30m, or a time such as 2027-01-31T00:00:00Z')
    .option('--require-enforced', 'rather no key than one with a limit that nobody enforces (exit 9)')
    .option('--include-byok', 'count spend on your own provider keys against the limit')
    .option('--workspace <workspace>', "id, slug or name of a workspace; default: the account's default one")
    .option('--tag <key=value>', 'a label for finding it again; repeatable', collect)
    .option('--if-missing', 'succeed unchanged if the name is there already')
    .action((name: string, flags: Flags) => act(body(name, flags)))
}
