import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Sandbox, SandboxError } from '../../index.js'
import type { Answer } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { sentence } from '../format/sentence.js'
import { isJson, loadLibrary, note, type Session } from '../session.js'

interface Flags {
  readonly port?: string
  readonly fault?: string
}

const aLongTime = 3_600_000

const parsePort = (text: string | undefined): TE.TaskEither<CliError, number> => {
  const port = Number(text ?? '0')
  return /^\d{1,5}$/.test(text ?? '0') && port <= 65_535
    ? TE.right(port)
    : TE.left(usage('--port must be a whole number from 0 to 65535; 0 takes any free one.'))
}

const asCliError = (error: SandboxError): CliError =>
  error._tag === 'PortUnavailable' ? error : usage(sentence(`--fault: ${error.message}`))

const announcement = ({ url, managementKey }: Sandbox): string => `A simulated OpenRouter listens at ${url}
It spends no money, and forgets everything when it ends. Its management key:

  ${managementKey}

Paste this into another terminal, then try lean-vault init:

  export OPENROUTER_BASE_URL=${url}
  export LEAN_VAULT_MANAGEMENT_KEY=${managementKey}
  export LEAN_VAULT_HOME="$(mktemp -d)/vault"

Ctrl-C ends it.
`

const announce = (session: Session, sandbox: Sandbox): void => {
  const { url, managementKey } = sandbox
  session.io.stdout.write(isJson(session) ? `${JSON.stringify({ url, managementKey })}\n` : announcement(sandbox))
}

const untilStopped = async (session: Session): Promise<void> => {
  const { stop, pause } = session.deps
  while (stop.name() === null) await pause(aLongTime)
}

const serve = (session: Session, sandbox: Sandbox): TE.TaskEither<CliError, Answer> =>
  pipe(
    TE.fromTask<void, CliError>(() => {
      announce(session, sandbox)
      return untilStopped(session)
    }),
    TE.flatMap(() => sandbox.close),
    TE.map((): Answer => ({ _tag: 'Done', code: 0 })),
  )

const body =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      parsePort(flags.port),
      TE.bindTo('port'),
      TE.bind('library', () => loadLibrary(session)),
      TE.flatMap(({ port, library }) =>
        pipe(
          library.startSandbox({
            port,
            faultSpec: flags.fault ?? '',
            onRequest: ({ method, path, status, fault }) =>
              note(session, `${method} ${path} -> ${status ?? 'no answer'}${fault === null ? '' : ` (fault: ${fault})`}`),
          }),
          TE.mapError(asCliError),
        ),
      ),
      TE.flatMap((sandbox) => serve(session, sandbox)),
    )

const more = `Serves a simulated OpenRouter on 127.0.0.1, to try this program on without an account. With --json, the first line is
{"url":...,"managementKey":...}.

--fault makes requests fail: rules, separated by commas, each [METHOD ]PATH:FAULT[(NUMBER)][WHEN]. PATH is below /api/v1,
"*" is any one segment. FAULT is one of lost-before, lost-after, applied-then-5xx, 5xx-before, rate-limited, html, slow,
refuse and some more. WHEN is @3 (only the third request), *3 (the first three) or %10 (one in ten).`

/** `sandbox` */
export const registerSandbox: Register = (program, act) => {
  describe(program.command('sandbox'), {
    summary: 'Serve a simulated OpenRouter to try things on',
    more,
    examples: ['sandbox', 'sandbox --port 8080 --json', 'sandbox --fault "POST /keys:lost-after@1, GET /*:slow(900)"'],
    exits: [2],
  })
    .option('--port <number>', 'where to listen; default: any free port')
    .option('--fault <rules>', 'which requests fail, and how')
    .action((flags: Flags) => act(body(flags)))
}
