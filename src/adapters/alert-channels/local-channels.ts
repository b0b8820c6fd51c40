import { spawn } from 'node:child_process'
import { constants, open } from 'node:fs/promises'

import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AlertMessage, DeliveryProblem } from '../../application/ports/alert-channel.js'
import { codeOf, problem } from './problem.js'
import { bodyText, payload, title } from './text.js'

const line = (message: AlertMessage): string => `${JSON.stringify(payload(message))}\n`

/** One JSON line on the standard error of this process. */
export const toStderr = (message: AlertMessage): TE.TaskEither<DeliveryProblem, void> =>
  TE.tryCatch(
    () =>
      new Promise<void>((resolve, reject) => {
        process.stderr.write(line(message), (error) => (error instanceof Error ? reject(error) : resolve()))
      }),
    (error) => problem(`standard error could not be written (${codeOf(error)})`),
  )

/** One JSON line at the end of a file, synced. The file is made for its owner alone. */
export const toFile = (path: string, message: AlertMessage): TE.TaskEither<DeliveryProblem, void> =>
  TE.tryCatch(
    async () => {
      // A pipe that nobody reads would be waited for, and the next channels with it.
      const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants
      const file = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK, 0o600)
      try {
        await file.appendFile(line(message), 'utf8')
        await file.sync()
      } finally {
        await file.close()
      }
    },
    (error) => problem(`the file could not be written (${codeOf(error)})`),
  )

/** A program to start: never by a shell, and with nothing of our environment but what it needs to run. */
export interface Program {
  readonly path: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeout: number
}

const kept = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'DISPLAY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR']

const run = ({ path, args, env, timeout }: Program, input: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const own = Object.fromEntries(kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
    const child = spawn(path, [...args], { shell: false, env: own, stdio: ['pipe', 'ignore', 'ignore'], timeout, killSignal: 'SIGKILL' })
    child.once('error', reject)
    child.once('close', (code, signal) =>
      signal === null ? resolve(code ?? 1) : reject(Object.assign(new Error('killed'), { code: signal === 'SIGKILL' ? 'TIMEOUT' : signal })),
    )
    // A program that does not read its input is no failure of ours.
    child.stdin.once('error', () => undefined)
    child.stdin.end(input)
  })

const cannotStart: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'EPERM', 'ENOEXEC'])

const start = (program: Program, input: string): TE.TaskEither<DeliveryProblem, void> =>
  TE.flatMap((code: number) => (code === 0 ? TE.right(undefined) : TE.left(problem(`the program ended with ${code}`))))(
    TE.tryCatch(
      () => run(program, input),
      (error) => problem(`the program could not be run (${codeOf(error)})`, cannotStart.has(codeOf(error))),
    ),
  )

/** A program of the user's own: the payload comes on its standard input, and 0 is its only yes. */
export const toProgram = (program: Program, message: AlertMessage): TE.TaskEither<DeliveryProblem, void> => start(program, line(message))

const appleScript = 'on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run'

/** A notification on the desktop of whoever runs this, by `notify-send` or, on macOS, by `osascript`. */
export const toDesktop = (
  platform: string,
  around: Pick<Program, 'env' | 'timeout'>,
  message: AlertMessage,
): TE.TaskEither<DeliveryProblem, void> => {
  const words = [`lean-vault ${title(message)}`, bodyText(message).slice(0, 500)]
  if (platform === 'linux') return start({ ...around, path: 'notify-send', args: ['--app-name=lean-vault', '--', ...words] }, '')
  if (platform === 'darwin') return start({ ...around, path: 'osascript', args: ['-e', appleScript, ...words] }, '')
  return TE.left(problem(`there is no desktop notification for ${platform} here`, true))
}
