import { resolve } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { MetricsServer, OpenedVault, WatchOptions, WatchReport } from '../../index.js'
import { type Answer, incomplete, report } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { watchLine } from '../format/watch-text.js'
import { writeHealth } from '../health-file.js'
import { ping } from '../ping.js'
import { isJson, type Library, loadLibrary, note, type Session, warn, withProgress, withVault } from '../session.js'

interface Flags {
  readonly interval?: string
  readonly once?: boolean
  readonly metrics?: string
  readonly heartbeatUrl?: string
  readonly healthFile?: string
}

interface Asked {
  readonly options: WatchOptions
  readonly metrics: number | null
  readonly heartbeatUrl: string | null
  readonly healthFile: string | null
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

const parseInterval = (text: string | undefined): E.Either<CliError, WatchOptions> => {
  if (text === undefined) return E.right({})
  const [, count, unit] = /^(\d{1,6})(s|m|h)$/.exec(text) ?? []
  const interval = Number(count) * (units[unit ?? ''] ?? Number.NaN)
  return interval >= 5_000 && interval <= 86_400_000
    ? E.right({ interval })
    : E.left(usage('--interval must be a span such as 30s, 5m or 1h, from 5 seconds to a day.'))
}

const parsePort = (text: string | undefined): E.Either<CliError, number | null> => {
  if (text === undefined) return E.right(null)
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? E.right(Number(text)) : E.left(usage('--metrics must be a port from 0 to 65535; 0 takes any free one.'))
}

const isLocal = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)

const parseUrl = (text: string | undefined): E.Either<CliError, string | null> => {
  if (text === undefined) return E.right(null)
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url)))
    ? E.right(url.href)
    : E.left(usage('--heartbeat-url must be an https address, or an http one of this machine.'))
}

const parse = (flags: Flags): E.Either<CliError, Asked> =>
  pipe(
    E.Do,
    E.bind('options', () => parseInterval(flags.interval)),
    E.bind('metrics', () => parsePort(flags.metrics)),
    E.bind('heartbeatUrl', () => parseUrl(flags.heartbeatUrl)),
    E.bind('healthFile', () => E.right(flags.healthFile ?? null)),
    E.flatMap((asked) =>
      flags.once === true && asked.metrics !== null ? E.left(usage('--metrics and --once contradict each other.')) : E.right(asked),
    ),
  )

/** Tells those who watch the watcher of a pass that did not fail. */
const beat = async (session: Session, { heartbeatUrl, healthFile }: Asked, done: WatchReport): Promise<void> => {
  if (done.state === 'failed') return
  if (healthFile !== null) {
    const written = await writeHealth(resolve(session.io.workingFolder, healthFile), done)()
    if (E.isLeft(written)) warn(session, `the health file was not written: ${written.left}`)
  }
  if (heartbeatUrl === null || done.state !== 'passed') return
  const sent = await ping(heartbeatUrl)()
  if (E.isLeft(sent)) warn(session, `the heartbeat was not sent: ${sent.left}`)
}

const once = (session: Session, vault: OpenedVault, asked: Asked): TE.TaskEither<CliError, Answer> =>
  pipe(
    withProgress(session, vault.watchOnce(asked.options)),
    TE.tapTask((done) => () => beat(session, asked, done)),
    TE.map((done) =>
      done.outstanding.length === 0 ? report(done, watchLine(done)) : incomplete(done, watchLine(done), 'The watcher, or lean-vault reconcile, tries again.'),
    ),
  )

const tellPass = (session: Session, done: WatchReport): void => {
  session.io.stdout.write(isJson(session) ? `${JSON.stringify(done)}\n` : watchLine(done))
}

/** Until the user stops it, or nobody reads any more. */
const onwards = (session: Session, vault: OpenedVault, asked: Asked, metrics: MetricsServer | null): TE.TaskEither<CliError, Answer> =>
  TE.fromTask(async (): Promise<Answer> => {
    for await (const done of vault.watch(asked.options)) {
      metrics?.saw(done)
      tellPass(session, done)
      await beat(session, asked, done)
      if (session.deps.stop.name() !== null || session.io.stdout.isClosed()) break
    }
    await metrics?.close()
    return { _tag: 'Done', code: 0 }
  })

const serving = (session: Session, library: Library, vault: OpenedVault, asked: Asked): TE.TaskEither<CliError, Answer> => {
  if (asked.metrics === null) return onwards(session, vault, asked, null)
  return pipe(
    library.serveMetrics(vault, asked.metrics),
    TE.mapError((error): CliError => error),
    TE.tapIO((metrics) => () => {
      note(session, `Metrics are served at ${metrics.url}/metrics`)
    }),
    TE.flatMap((metrics) => onwards(session, vault, asked, metrics)),
  )
}

const body =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      TE.fromEither(parse(flags)),
      TE.bindTo('asked'),
      TE.bind('library', () => loadLibrary(session)),
      TE.flatMap(({ asked, library }) =>
        withVault(session, (vault) => (flags.once === true ? once(session, vault, asked) : serving(session, library, vault, asked))),
      ),
    )

const more = `Each pass reads what every key has spent, by one listing; contains keys whose daily limit only a watcher can count, and lifts
them when the day turns; raises and sends alerts; rotates keys whose schedule says so; finishes or undoes what is half done, at
its date. An outage is told and survived. One line a pass; with --json one document a line. Two watchers of one vault take turns.

Stop it with Ctrl-C or SIGTERM; nothing is lost. docs/watch.md has units for systemd, launchd and containers.`

/** `watch` */
export const registerWatch: Register = (program, act) => {
  describe(program.command('watch'), {
    summary: 'Look after the keys for as long as it runs: spending, windows, alerts, debts',
    more,
    examples: ['watch', 'watch --interval 5m --json', 'watch --once', 'watch --metrics 9464 --heartbeat-url https://hc-ping.com/your-id'],
    exits: [0, 2, 5, 6, 7, 8],
  })
    .option('--interval <span>', 'from the beginning of one pass to that of the next; default: 60s')
    .option('--once', 'one pass; exit 7 while something is outstanding')
    .option('--metrics <port>', 'serve /metrics for Prometheus, and /healthz, on 127.0.0.1')
    .option('--heartbeat-url <url>', 'GET this address after each good pass')
    .option('--health-file <file>', 'write each pass that did not fail here; its age tells whether the watcher is well')
    .action((flags: Flags) => act(body(flags)))
}
