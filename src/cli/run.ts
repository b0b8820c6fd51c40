import { type Command, CommanderError } from 'commander'
import * as E from 'fp-ts/lib/Either.js'

import { scrub } from '../application/secret.js'
import { tell } from './answer.js'
import { type CliError, usage } from './cli-error.js'
import type { Act } from './command.js'
import { commandsFor } from './command-table.js'
import { asks, markCommand } from './exec-words.js'
import { sentence } from './format/sentence.js'
import { forTerminal } from './format/wrap.js'
import { hasColour, type Io } from './io.js'
import { makeProgram } from './program.js'
import { renderError } from './render-error.js'
import { errorDocument } from './rendered-error.js'
import type { CliDeps, Globals, Session } from './session.js'
import { stopExit } from './stop-signal.js'

const execFailed = 125
const ownExecCodes: ReadonlySet<number> = new Set([126, 127, 130])

/** What remains of a bug's text: no secret, no control character. */
const unexpected = (error: unknown): CliError => ({
  _tag: 'Unexpected',
  message: scrub(error instanceof Error ? error.message : String(error)),
})

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? '').split('\n').map((line) => `debug: ${scrub(line)}\n`).join('') : ''

/** Says that something failed which must not fail, and gives the exit code. `debug` adds the stack, scrubbed. */
export const tellUnexpected = (io: Io, { json, debug }: { readonly json: boolean; readonly debug: boolean }, error: unknown): number => {
  if (debug) io.stderr.write(stackOf(error))
  return tellError(io, json, unexpected(error))
}

/** Prints an error as `--json` or people want it, and gives its exit code. */
export const tellError = (io: Io, json: boolean, error: CliError): number => {
  const rendered = renderError(error)
  if (json) {
    io.stderr.write(`${scrub(errorDocument(rendered), 65_536)}\n`)
    return rendered.exit
  }
  const colour = hasColour(io, io.stderr)
  const name = (word: string, code: number): string => (colour ? `\u001b[${code}m${word}\u001b[0m` : word)
  const line = (word: string, code: number, text: string): string =>
    `${forTerminal(`${word}: ${scrub(text, 4096)}`, io.stderr).replace(word, name(word, code))}\n`
  io.stderr.write(line('error', 31, rendered.message))
  if (rendered.hint !== null) io.stderr.write(line('hint', 36, rendered.hint))
  return rendered.exit
}

/** Tells each command that is about to be read, from the outermost to the innermost. */
const onEach = (command: Command, tell: (innermost: Command) => void): void => {
  command.hook('preSubcommand', (_, subcommand) => tell(subcommand))
  for (const each of command.commands) onEach(each, tell)
}

const pathOf = (command: Command): string => (command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim())

/** Commander's complaint as an error of ours: its first line, and its suggestion as the hint. */
const complaint = (text: string, command: string): CliError => {
  const [first = '', suggestion] = text.trim().split('\n')
  const message = first.replace(/^error: /, '')
  const hint = suggestion === undefined ? `See ${['lean-vault', command, '--help'].filter((word) => word !== '').join(' ')}.` : suggestion.replace(/^\((.*)\)$/, '$1')
  return usage(sentence(`${message.charAt(0).toUpperCase()}${message.slice(1)}`), hint)
}

/**
 * One run of the program. `argv` has the arguments alone. Gives the exit code, never exits, and reaches the outside through
 * `io` and `deps` only.
 */
export const run = async (argv: ReadonlyArray<string>, io: Io, deps: CliDeps): Promise<number> => {
  const complaints: Array<string> = []
  let code = 0
  let command = ''
  const json = asks(argv, '--json')

  /** Whoever runs a command through `exec` must tell our failures from the command's own. */
  const exitOf = (exit: number): number => (command === 'exec' && !ownExecCodes.has(exit) ? execFailed : exit)
  const fail = (error: CliError): number => exitOf(tellError(io, json, error))
  const act: Act = async (body) => {
    const session: Session = { io, deps, globals: program.opts<Globals>() }
    const result = await body(session)()
    code = E.isLeft(result) ? fail(result.left) : tell(session, result.right)
  }
  const program = makeProgram(deps.about.version, await commandsFor(argv), { io, complain: (text) => complaints.push(text) }, act)
  onEach(program, (innermost) => {
    command = pathOf(innermost)
  })

  try {
    await program.parseAsync(markCommand(argv), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      code = exitOf(tellUnexpected(io, { json, debug: asks(argv, '--debug') }, error))
    } else if (error.exitCode !== 0) {
      code = fail(error.code === 'commander.help' ? noCommand(io, json, complaints) : complaint(error.message, command))
    }
  }
  const stopped = deps.stop.name()
  return stopped === null ? code : stopExit(stopped)
}

/** A group without its command shows its page, and is a mistake all the same: a script must notice. */
const noCommand = (io: Io, json: boolean, complaints: ReadonlyArray<string>): CliError => {
  if (!json) io.stderr.write(`${complaints.join('')}\n`)
  return usage('A command is missing.', 'Choose one of those in the help.')
}
