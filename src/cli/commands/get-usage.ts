import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { parseSince } from '../../application/use-cases/input.js'
import type { UsageReport } from '../../index.js'
import { type Answer, report, unheld } from '../answer.js'
import { checkName } from '../check-name.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { followUsage } from './follow-usage.js'
import { usageHistoryCsv, usageHistoryText } from '../format/usage-history-text.js'
import { usageFacts, usageTable } from '../format/usage-text.js'
import { withProgress, withVault } from '../session.js'

interface Flags {
  readonly cached?: boolean
  readonly check?: boolean
  readonly history?: string
  readonly csv?: boolean
  readonly follow?: boolean
}

const isWrong = ({ level }: UsageReport): boolean => level === 'exceeded' || level === 'unknown'

const namesOf = (reports: ReadonlyArray<UsageReport>, level: UsageReport['level']): string =>
  reports.flatMap((each) => (each.level === level ? [each.name] : [])).join(', ')

/** What failed the check, and when it will hold again. */
const whatNow = (reports: ReadonlyArray<UsageReport>): string => {
  const spent = namesOf(reports, 'exceeded')
  const unknown = namesOf(reports, 'unknown')
  return [
    ...(spent === '' ? [] : [`A limit is spent: ${spent}. It spends again when its UTC day or month turns, or when lean-vault update-limits raises the limit.`]),
    ...(unknown === '' ? [] : [`What was spent is unknown: ${unknown}. Without --cached, OpenRouter is asked.`]),
  ].join('\n')
}

const answerOf = (reports: ReadonlyArray<UsageReport>, document: unknown, text: string, flags: Flags): Answer =>
  flags.check === true && reports.some(isWrong) ? unheld(document, text, whatNow(reports)) : report(document, text)

const ofOne =
  (name: string, flags: Flags): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() =>
        withProgress(
          session,
          withVault(session, (vault) => vault.getCurrentUsage(name, { cached: flags.cached ?? false })),
        ),
      ),
      TE.map((usage) => answerOf([usage], usage, usageFacts(usage, session.deps.now(), session.io.stdout.columns), flags)),
    )

const historyOf =
  (name: string, { history = '', csv }: Flags): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMapEither(() => parseSince(history, session.deps.now())),
      TE.mapLeft((error): CliError => (error._tag === 'InvalidInput' && error.field === 'since' ? { ...error, field: 'history' } : error)),
      TE.flatMap(() => withVault(session, (vault) => vault.usageHistory(name, history))),
      TE.map((days): Answer => (csv === true ? { _tag: 'Raw', text: usageHistoryCsv(days) } : report(days, usageHistoryText(days)))),
    )

const problemOf = (name: string | undefined, { cached, check, csv, history, follow }: Flags): string | null => {
  if (follow === true && (check === true || history !== undefined)) return '--follow goes on until it is stopped; leave --check and --history out.'
  if (history === undefined) return csv === true ? '--csv is for --history.' : null
  if (name === undefined) return '--history is of one key; give its name.'
  return cached === true || check === true ? '--history reads what is recorded; leave --cached and --check out.' : null
}

const followBody =
  (name: string | undefined, { cached = false }: Flags): Body =>
  (session) =>
    pipe(
      name === undefined ? TE.right('') : checkName(name),
      TE.flatMap(() =>
        withVault(session, (vault) =>
          followUsage(
            session,
            vault,
            (of) => (name === undefined ? of.usage({ cached }) : TE.map((one: UsageReport) => [one])(of.getCurrentUsage(name, { cached }))),
            cached,
          ),
        ),
      ),
    )

const oneBody = (name: string | undefined, flags: Flags): Body => {
  const problem = problemOf(name, flags)
  if (problem !== null) return () => TE.left(usage(problem))
  if (flags.follow === true) return followBody(name, flags)
  if (name === undefined) return ofAll(flags)
  return flags.history === undefined ? ofOne(name, flags) : historyOf(name, flags)
}

const ofAll =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      withProgress(
        session,
        withVault(session, (vault) => vault.usage({ cached: flags.cached ?? false })),
      ),
      TE.map((all) => {
        const text = all.length === 0 ? '' : usageTable(all, session.deps.now(), session.io.stdout.columns)
        return answerOf(all, all, text, flags)
      }),
    )

const cached = 'from what the vault knows; OpenRouter is not asked'
const check = 'exit 9 when a limit is spent, or what was spent under a limit is unknown'

/** `get-usage [name]` */
export const registerGetUsage: Register = (program, act) => {
  describe(program.command('get-usage [name]'), {
    summary: 'Read what a key has spent, or all keys have',
    more: `Asks OpenRouter, records what changed, and shows what is left under each limit, the nearest bound, who enforces it,
and where it leads at this rate. Days and months are UTC. Unknown is shown as unknown, never as 0.

OpenRouter counts a request when it has finished, seconds to minutes late.`,
    examples: ['get-usage my-key', 'get-usage --json', 'get-usage my-key --check && ./nightly-job', 'get-usage --cached', 'get-usage my-key --history 30d --csv', 'get-usage --follow --json'],
    exits: [0, 2, 3, 5, 6, 8, 9],
  })
    .option('--cached', cached)
    .option('--check', check)
    .option('--history <since>', 'what was spent day by day, such as 30d; from what is recorded')
    .option('--follow', 'read again each minute, one line a key, until Ctrl-C; with --cached each 5 seconds')
    .option('--csv', 'with --history: for spreadsheets')
    .action((name: string | undefined, flags: Flags) => act(oneBody(name, flags)))
}

/** `usage`, the older name of `get-usage` without a name. */
export const registerUsage: Register = (program, act) => {
  describe(program.command('usage'), {
    summary: 'Read what all keys have spent; "get-usage" by its older name',
    examples: ['usage', 'usage --cached --json'],
    exits: [0, 2, 5, 6, 8, 9],
  })
    .option('--cached', cached)
    .option('--check', check)
    .action((flags: Flags) => act(ofAll(flags)))
}
