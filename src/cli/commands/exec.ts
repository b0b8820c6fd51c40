import { constants } from 'node:os'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { reveal, type Secret } from '../../application/secret.js'
import type { Answer } from '../answer.js'
import { checkName } from '../check-name.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import type { Ended } from '../launch.js'
import { type Session, warn, withVault } from '../session.js'

interface Flags {
  readonly env: string
}

/** The child's environment: ours without what is about the vault, and with the secret. */
const childEnvironment = (
  own: Readonly<Record<string, string | undefined>>,
  variable: string,
  secret: Secret,
): Readonly<Record<string, string>> => {
  const kept = Object.entries(own).flatMap(([name, value]) =>
    value === undefined || name.startsWith('LEAN_VAULT_') ? [] : [[name, value] as const],
  )
  return { ...Object.fromEntries(kept), [variable]: reveal(secret) }
}

const answer = (command: string, ended: Ended): TE.TaskEither<CliError, Answer> => {
  switch (ended._tag) {
    case 'Exited':
      return TE.right({ _tag: 'Done', code: ended.code })
    case 'Killed':
      return TE.right({ _tag: 'Done', code: 128 + constants.signals[ended.signal] })
    case 'NotFound':
      return TE.left({ _tag: 'CommandNotFound', command })
    case 'NotExecutable':
      return TE.left({ _tag: 'CommandNotExecutable', command, reason: ended.reason })
  }
}

const handedOut = (session: Session, name: string): TE.TaskEither<CliError, Secret> =>
  pipe(
    // The vault is closed before the child begins, which may run for days.
    withVault(session, (vault) => vault.get(name)),
    TE.map(({ secret, warning }) => {
      if (warning !== null) warn(session, warning)
      return secret
    }),
  )

const check = (command: string, { env }: Flags): TE.TaskEither<CliError, void> => {
  if (command === '') return TE.left(usage('The command to run is an empty word.', 'lean-vault exec <name> -- <command...>'))
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(env) && !env.startsWith('LEAN_VAULT_')
    ? TE.right(undefined)
    : TE.left(usage('--env must be the name of an environment variable, and none of Lean Vault itself.'))
}

const body =
  (name: string, command: string, args: ReadonlyArray<string>, flags: Flags): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() => check(command, flags)),
      TE.flatMap(() => handedOut(session, name)),
      TE.flatMap((secret) => (session.deps.stop.name() === null ? TE.right(secret) : TE.left<CliError, Secret>({ _tag: 'BrokenOff' }))),
      TE.flatMap((secret) =>
        TE.fromTask<Ended, CliError>(() =>
          session.deps.launch(command, args, childEnvironment(session.io.env, flags.env, secret)),
        ),
      ),
      TE.flatMap((ended) => answer(command, ended)),
    )

const more = `The secret reaches the command by its environment alone. Variables that begin with LEAN_VAULT_ are taken out. Signals
are passed on. The exit code is the command's own, 128+n if signal n ended it.`

/** `exec <name> -- <command...>` */
export const registerExec: Register = (program, act) => {
  describe(program.command('exec <name> <command> [arguments...]'), {
    summary: "Run a command with a key's secret in its environment",
    more,
    examples: ['exec my-key -- node agent.js', 'exec my-key --env OPENAI_API_KEY -- python app.py --verbose'],
    exits: [125, 126, 127],
  })
    .usage('[options] <name> -- <command...>')
    .option('--env <variable>', 'the variable that holds the secret', 'OPENROUTER_API_KEY')
    .action((name: string, command: string, args: ReadonlyArray<string>, flags: Flags) =>
      act(body(name, command, args, flags)),
    )
}
