import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DoctorReport } from '../../index.js'
import { type Answer, checked, prose } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { loadLibrary, vaultOptions, withProgress } from '../session.js'

const marks: Readonly<Record<DoctorReport['findings'][number]['severity'], string>> = {
  ok: 'ok',
  warning: 'warning',
  problem: 'PROBLEM',
  unknown: 'unknown',
}

const lineOf = ({ check, severity, found, remedy }: DoctorReport['findings'][number]): string => {
  const line = `${marks[severity].padEnd(8)} ${check}: ${found}\n`
  return remedy === null ? line : `${line}${' '.repeat(9)}-> ${remedy}\n`
}

const answer = (examined: DoctorReport): Answer => prose(checked(examined, examined.findings.map(lineOf).join(''), examined.problems === 0))

const body: Body = (session) =>
  pipe(
    loadLibrary(session),
    TE.flatMap((library): TE.TaskEither<CliError, DoctorReport> => withProgress(session, library.examine(vaultOptions(session)))),
    TE.map(answer),
  )

const more = `Node and SQLite, the settings, the vault's files and who can reach them, the disk, the vault key and where it lies, work
that is half done or owed, the account, keys that the vault does not hold, drift, and this clock. It changes nothing and asks
nobody. Without a vault, its key or the network it says what it could not look at. Exit 9 when there is a problem.`

/** `doctor` */
export const registerDoctor: Register = (program, act) => {
  describe(program.command('doctor'), {
    summary: 'Look for what is wrong, and say what to do about it',
    more,
    examples: ['doctor', 'doctor --json'],
    exits: [0, 9],
  }).action(() => act(body))
}
