import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

import { userFolder } from '../adapters/system/user-folder.js'
import type { Instant } from '../domain/shared/instant.js'
import { makeAsk } from './ask.js'
import type { Desktop } from './desktop/clipboard.js'
import { asks } from './exec-words.js'
import { makeLaunch } from './launch.js'
import type { Io } from './io.js'
import { inputOf, outputOf } from './node-io.js'
import { run, tellError, tellUnexpected } from './run.js'
import type { About, CliDeps } from './session.js'
import { stopExit, watchSignals } from './stop-signal.js'

const readVersion = (): string => {
  // Two folders up from `src/cli/` and from `dist/bin/` alike.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { readonly version: string }
  return version
}

const about: About = { version: readVersion(), node: process.version, platform: `${process.platform}-${process.arch}` }

const terminals = { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) }

const stop = watchSignals(
  process,
  () => {
    if (terminals.stderr) process.stderr.write('\nStopping after the step under way. Once more to stop at once.\n')
  },
  (name) => process.exit(stopExit(name)),
)

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    if (stop.signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      stop.signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    stop.signal.addEventListener('abort', end)
  })

/** A terminal that does not know its size says 0, and everything would be folded to one character a line. */
const sized = (stream: NodeJS.WriteStream): NodeJS.WriteStream =>
  stream.columns === 0 ? Object.assign(stream, { columns: 80, rows: 24 }) : stream

const desktop: Desktop = { platform: process.platform, env: process.env, again: process.argv.slice(1, 2) }

const deps: CliDeps = {
  library: () => import('../index.js'),
  ask: makeAsk({ input: () => process.stdin, output: () => sized(process.stderr), signal: stop.signal }),
  launch: makeLaunch({ stop, atTerminal: terminals.stdin }),
  clipboard: async () => (await import('./desktop/clipboard.js')).makeClipboard(desktop),
  openPage: async (url) => await (await import('./desktop/open-page.js')).openPage(desktop, url),
  stop,
  about,
  // Whole milliseconds since 1970, as an instant is.
  now: () => Date.now() as Instant,
  pause,
}

/** Resolves when what was written has left, or can go nowhere any more, and the stream has told of its error. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) return void setImmediate(resolve)
    stream.write('', () => setImmediate(resolve))
  })

const words = process.argv.slice(2)

const io: Io = {
  stdin: inputOf({ isTerminal: terminals.stdin, stream: () => process.stdin }, stop.signal),
  stdout: outputOf({ isTerminal: terminals.stdout, stream: () => sized(process.stdout) }),
  stderr: outputOf({ isTerminal: terminals.stderr, stream: () => sized(process.stderr) }),
  env: process.env,
  workingFolder: process.cwd(),
  userFolder: userFolder(),
}

/** What nobody caught may hold a secret in its text, and Node would print it as it is. */
process.on('uncaughtException', (error) => {
  process.exit(tellUnexpected(io, { json: asks(words, '--json'), debug: asks(words, '--debug') }, error))
})
// Warnings of Node's own, such as about experimental modules, must not follow an error document on stderr.
process.removeAllListeners('warning')

const code = await run(words, io, deps)
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
const lost = io.stdout.failure()
const end = lost === null || (code !== 0 && code !== 7) ? code : Math.max(code, tellError(io, asks(words, '--json'), { _tag: 'OutputLost', code: lost }))
// Connections that are still closing must not hold the shell.
process.exit(end)
