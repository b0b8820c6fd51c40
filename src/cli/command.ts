import type { Command } from 'commander'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { Answer } from './answer.js'
import type { CliError } from './cli-error.js'
import type { Session } from './session.js'

/** What a command does, once its arguments are read. */
export type Body = (session: Session) => TaskEither<CliError, Answer>

/** Runs a body and keeps its exit code; given to each command when it is registered. */
export type Act = (body: Body) => Promise<void>

/** Adds one command to the program. */
export type Register = (program: Command, act: Act) => void

/** Every exit code of the program, with its meaning in one line. */
export const exitMeanings: Readonly<Record<number, string>> = {
  0: 'done, also when there was nothing to do',
  1: 'unexpected failure: a bug; or the result could not be written to stdout',
  2: 'usage: a bad flag, name, limit or file, or declined; nothing was changed',
  3: 'no such key, channel or alert',
  4: 'conflict: name taken or owing, key not ready or busy, vault exists',
  5: 'OpenRouter refused, and everything is as before',
  6: 'OpenRouter could not be reached, and everything is as before; try again',
  7: 'incomplete: part was done; "reconcile" finishes or undoes the rest',
  8: 'the vault cannot be opened or written',
  9: 'a check that was asked for did not hold',
  125: 'exec itself failed',
  126: 'the command cannot be executed',
  127: 'the command was not found',
}

/** What `--help` says of a command beyond its flags. */
export interface Manual {
  /** One line for the list of commands. */
  readonly summary: string
  /** More, for the command's own page. */
  readonly more?: string
  /** Without the program's name in front. */
  readonly examples: ReadonlyArray<string>
  /** The exit codes that it may end with, besides 1, 130 and 143. */
  readonly exits: ReadonlyArray<number>
}

/** What the help of each command was made of, for the pages that are made of the same. */
const manuals = new WeakMap<Command, Manual>()

export const manualOf = (command: Command): Manual | undefined => manuals.get(command)

const block = (title: string, lines: ReadonlyArray<string>): string =>
  `\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`

/** An example as it is typed. */
export const exampleLine = (line: string): string => (line.includes('lean-vault ') ? line : `lean-vault ${line}`)

/** Paragraphs for commander to wrap: line ends within one are the source's, not the reader's. */
export const paragraphs = (text: string): string => text.replace(/([^\n])\n(?=[^\n])/g, '$1 ')

const exitLines = (exits: ReadonlyArray<number>): ReadonlyArray<string> =>
  exits.map((code) => `${String(code).padEnd(4)} ${exitMeanings[code] ?? ''}`)

/** Gives a command its help: summary, description, examples and exit codes. */
export const describe = (command: Command, manual: Manual): Command => {
  const { summary, more, examples, exits } = manual
  manuals.set(command, manual)
  return command
    .summary(summary)
    .description(more === undefined ? `${summary}.` : `${summary}.\n\n${paragraphs(more)}`)
    .addHelpText('after', () =>
      [
        block('Examples', examples.map(exampleLine)),
        block('Exit codes', exitLines(exits)),
      ].join('\n'),
    )
}

/** The exit codes of the whole program, for its own page. */
export const allExits = (): string =>
  block('Exit codes', [...exitLines([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), '130, 143  stopped by Ctrl-C or SIGTERM, between two steps'])
