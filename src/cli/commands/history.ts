import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { parseSince } from '../../application/use-cases/input.js'
import type { HistoryEntry, HistoryOptions, Vault } from '../../index.js'
import { type Answer, report } from '../answer.js'
import { checkName } from '../check-name.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { historyColumns, historyRow } from '../format/history-rows.js'
import { table } from '../format/table.js'
import { isJson, type Session, withVault } from '../session.js'

interface Flags {
  readonly since?: string
  readonly follow?: boolean
}

const betweenLooks = 1000

const textOf = (entries: ReadonlyArray<HistoryEntry>, { io, deps }: Session): string =>
  entries.length === 0
    ? ''
    : table(
        historyColumns,
        entries.map((entry) => historyRow(entry, deps.now())),
        io.stdout.columns,
      )

const printLines = (session: Session, entries: ReadonlyArray<HistoryEntry>): void => {
  for (const entry of entries) {
    const line = isJson(session) ? JSON.stringify(entry) : historyRow(entry, session.deps.now()).join('  ').replace(/\p{Cc}/gu, ' ')
    session.io.stdout.write(`${line}\n`)
  }
}

const isOver = ({ deps, io }: Session): boolean => deps.stop.name() !== null || io.stdout.isClosed()

/** Prints what is there, then what comes, one line each, until the user stops it or nobody reads any more. */
const follow = (session: Session, vault: Vault, options: HistoryOptions): TE.TaskEither<CliError, Answer> =>
  pipe(
    vault.history(options),
    TE.flatMap((entries) => {
      printLines(session, entries)
      const after = entries[entries.length - 1]?.sequence ?? options.after ?? 0
      return pipe(
        TE.fromTask<void, CliError>(() => session.deps.pause(betweenLooks)),
        TE.flatMap(() =>
          isOver(session) ? TE.right<CliError, Answer>({ _tag: 'Done', code: 0 }) : follow(session, vault, { ...options, after }),
        ),
      )
    }),
  )

const body =
  (name: string | undefined, flags: Flags): Body =>
  (session) => {
    const options: HistoryOptions = {
      ...(name === undefined ? {} : { name }),
      ...(flags.since === undefined ? {} : { since: flags.since }),
    }
    return pipe(
      name === undefined ? TE.right('') : checkName(name),
      TE.flatMapEither(() => parseSince(flags.since ?? '0m', session.deps.now())),
      TE.flatMap(() =>
        withVault(session, (vault) =>
          flags.follow === true
            ? follow(session, vault, options)
            : pipe(
                vault.history(options),
                TE.map((entries) => report(entries, textOf(entries, session))),
              ),
        ),
      ),
    )
  }

/** `history [name]` */
export const registerHistory: Register = (program, act) => {
  describe(program.command('history [name]'), {
    summary: 'Show what was recorded, of one name or of the whole vault',
    more: 'Facts in order, over all lineages of a name. With --follow, new ones are printed as they are recorded; with --json too, one document a line.',
    examples: ['history', 'history my-key --since 7d', 'history --follow --json'],
    exits: [0, 2, 3, 8],
  })
    .option('--since <when>', 'a span back from now such as 7d, 12h or 30m, or a time such as 2026-01-31T00:00:00Z')
    .option('--follow', 'go on until Ctrl-C')
    .action((name: string | undefined, flags: Flags) => act(body(name, flags)))
}
