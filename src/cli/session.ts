import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { closestOf } from '../application/closest.js'
import { secret } from '../application/secret.js'
import type { Instant } from '../domain/shared/instant.js'
import type { AskPassphrase, RequestTrace, OpenedVault, VaultOptions } from '../index.js'
import type { Ask } from './ask.js'
import type { CliError } from './cli-error.js'
import type { Clipboard } from './desktop/clipboard.js'
import { forTerminal } from './format/wrap.js'
import { type Io, isOn } from './io.js'
import type { Launch } from './launch.js'
import { logLine } from './log-line.js'
import type { StopSignal } from './stop-signal.js'

/** The library as the command line sees it: its public surface, loaded when a command needs it. */
export type Library = typeof import('../index.js')

/** What is running. */
export interface About {
  readonly version: string
  readonly node: string
  readonly platform: string
}

/** What a run is given besides its streams. */
export interface CliDeps {
  readonly library: () => Promise<Library>
  readonly ask: Ask
  readonly launch: Launch
  readonly clipboard: () => Promise<Clipboard>
  /** Shows an address in the browser of the desktop; false where there is none. */
  readonly openPage: (url: string) => Promise<boolean>
  readonly stop: StopSignal
  readonly about: About
  readonly now: () => Instant
  /** Resolves after so many milliseconds, or at once when the program is asked to stop. */
  readonly pause: (milliseconds: number) => Promise<void>
}

/** The flags that every command takes. */
export interface Globals {
  readonly home?: string
  readonly profile?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
  /** False for `--no-input`. */
  readonly input: boolean
}

/** One command's run. */
export interface Session {
  readonly io: Io
  readonly deps: CliDeps
  readonly globals: Globals
}

export const isJson = ({ globals }: Session): boolean => globals.json === true

/** Progress and advice, on stderr; `--quiet` drops it, and a script that reads JSON does not need it. */
export const note = ({ io, globals }: Session, text: string): void => {
  if (globals.quiet !== true && globals.json !== true) io.stderr.write(`${forTerminal(text, io.stderr)}\n`)
}

/** Something that must not be overlooked, on stderr; with `--json` as a line for a log. */
export const warn = (session: Session, text: string): void => {
  const { io, deps } = session
  io.stderr.write(isJson(session) ? logLine('warning', deps.now(), { message: text }) : `${forTerminal(`warning: ${text}`, io.stderr)}\n`)
}

/** Whether somebody sits at the terminal and may be asked. On a build machine nobody does, whatever its terminal says. */
export const mayAsk = ({ io, globals }: Session): boolean =>
  globals.input && io.stdin.isTerminal && io.stderr.isTerminal && !isOn(io.env['CI'])

const soon = 3000

/** Tells a waiting person once that the program is alive. A pipe never sees it. */
export const withProgress = <A>(session: Session, task: TE.TaskEither<CliError, A>): TE.TaskEither<CliError, A> => {
  if (!session.io.stderr.isTerminal) return task
  return async () => {
    let isOver = false
    void session.deps.pause(soon).then(() => {
      if (!isOver) note(session, 'Still waiting for OpenRouter. Ctrl-C stops after the step under way; nothing is lost.')
    })
    const result = await task()
    isOver = true
    return result
  }
}

const traceLine = ({ method, path, query, status, problem, milliseconds }: RequestTrace): string => {
  const search = new URLSearchParams(query).toString()
  const end = status === null ? (problem ?? 'no answer') : String(status)
  return `debug: ${method} ${path}${search === '' ? '' : `?${search}`} -> ${end}, ${milliseconds} ms\n`
}

/** Asks the person at the terminal, if there is one. */
export const askPassphrase = (session: Session, question: string): AskPassphrase => async () => {
  if (!mayAsk(session)) return 'nobody'
  const answer = await session.deps.ask.hidden(question)
  if (answer === false) return 'nobody'
  return answer === null ? 'broken-off' : secret(answer)
}

/** The options by which this run opens its vault. */
export const vaultOptions = (session: Session): VaultOptions => {
  const { io, deps, globals } = session
  return {
    ...(globals.home === undefined ? {} : { home: globals.home }),
    ...(globals.profile === undefined ? {} : { profile: globals.profile }),
    env: io.env,
    workingFolder: io.workingFolder,
    userFolder: io.userFolder,
    stop: deps.stop.signal,
    passphrase: askPassphrase(session, 'Passphrase of the vault'),
    ...(globals.debug === true ? { trace: (request: RequestTrace) => io.stderr.write(isJson(session) ? logLine('debug', deps.now(), { ...request }) : traceLine(request)) } : {}),
  }
}

/** The library, loaded. */
export const loadLibrary = ({ deps }: Session): TE.TaskEither<CliError, Library> => TE.fromTask(deps.library)

/** Of a name that is not there: the nearest one that is, if one is near. */
const withNearName = <A>(vault: OpenedVault, error: CliError): TE.TaskEither<CliError, A> => {
  if (error._tag !== 'KeyNotFound') return TE.left(error)
  return pipe(
    vault.list(),
    TE.match(
      () => error,
      (keys): CliError => {
        const near = closestOf(error.name, keys.map(({ name }) => name))
        return near === null ? error : { ...error, didYouMean: near }
      },
    ),
    TE.fromTask,
    TE.flatMap((told) => TE.left(told)),
  )
}

/** Opens the vault, uses it, and closes it whatever came of that. */
export const withVault = <A>(
  session: Session,
  use: (vault: OpenedVault) => TE.TaskEither<CliError, A>,
): TE.TaskEither<CliError, A> =>
  TE.bracket(
    pipe(
      loadLibrary(session),
      TE.flatMap((library): TE.TaskEither<CliError, OpenedVault> => library.openVault(vaultOptions(session))),
    ),
    (vault) => pipe(use(vault), TE.orElse((error) => withNearName<A>(vault, error))),
    // What was done is done: a vault that closes badly must not turn its result into an error.
    (vault) => pipe(vault.close(), TE.orElse(() => TE.right<CliError, void>(undefined))),
  )
