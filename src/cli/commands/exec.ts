import { constants } from 'node:os'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { reveal, type Secret } from '../../application/secret.js'
import type { OpenedVault } from '../../index.js'
import type { Answer } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { collect } from '../collect.js'
import { type Body, describe, type Register } from '../command.js'
import { execBindings, type ExecFlags } from '../exec-bindings.js'
import type { Binding } from '../key-reference.js'
import type { Ended } from '../launch.js'
import { type Session, warn, withVault } from '../session.js'

/** Whether a variable is about the vault, and none of the child's business. */
const isOurs = (variable: string): boolean => variable.startsWith('LEAN_VAULT_')

/** The child's environment: ours without what is about the vault, and with what was asked for. */
const childEnvironment = (
  own: Readonly<Record<string, string | undefined>>,
  bindings: ReadonlyArray<Binding>,
  secrets: ReadonlyMap<string, Secret>,
): Readonly<Record<string, string>> => {
  const kept = Object.entries(own).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const given = bindings.flatMap((binding): ReadonlyArray<readonly [string, string]> => {
    if (binding._tag === 'Plain') return [[binding.variable, binding.value]]
    const held = secrets.get(binding.name)
    return held === undefined ? [] : [[binding.variable, reveal(held)]]
  })
  return Object.fromEntries([...kept, ...given].filter(([name]) => !isOurs(name)))
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

const started = (
  session: Session,
  command: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
): TE.TaskEither<CliError, Answer> =>
  pipe(
    TE.fromTask<Ended, CliError>(() => session.deps.launch(command, args, env)),
    TE.flatMap((ended) => answer(command, ended)),
  )

const handedOut =
  (session: Session, vault: OpenedVault) =>
  (name: string): TE.TaskEither<CliError, readonly [name: string, secret: Secret]> =>
    pipe(
      vault.get(name),
      TE.map(({ secret, warning }) => {
        if (warning !== null) warn(session, warning)
        return [name, secret]
      }),
    )

/** The secrets of these keys, each by its name. The vault is closed before the child begins, which may run for days. */
const secretsOf = (session: Session, bindings: ReadonlyArray<Binding>): TE.TaskEither<CliError, ReadonlyMap<string, Secret>> => {
  const names = new Set(bindings.flatMap((binding) => (binding._tag === 'Key' ? [binding.name] : [])))
  return pipe(
    withVault(session, (vault) => TE.traverseSeqArray(handedOut(session, vault))([...names])),
    TE.map((pairs) => new Map(pairs)),
  )
}

const check = (command: string): TE.TaskEither<CliError, void> =>
  command === ''
    ? TE.left(usage('The command to run is an empty word.', 'lean-vault exec <name> -- <command...>'))
    : TE.right(undefined)

const body =
  (name: string, command: string, args: ReadonlyArray<string>, flags: ExecFlags): Body =>
  (session) =>
    pipe(
      check(command),
      TE.flatMap(() => execBindings(name, flags, session.io.workingFolder)),
      TE.bindTo('bindings'),
      TE.bind('secrets', ({ bindings }) => secretsOf(session, bindings)),
      TE.tap(() => (session.deps.stop.name() === null ? TE.right(null) : TE.left<CliError>({ _tag: 'BrokenOff' }))),
      TE.flatMap(({ bindings, secrets }) => started(session, command, args, childEnvironment(session.io.env, bindings, secrets))),
    )

const more = `The secret reaches the command by its environment alone. Variables that begin with LEAN_VAULT_ are taken out. Signals
are passed on. The exit code is the command's own, 128+n if signal n ended it.

With --env-file the command also gets the variables of a file of NAME=value lines; a value lv://name is the secret of that key, so
that the file can be committed. The file wins over the environment, a later file over an earlier one, --env over all. Where
references say which keys are wanted, <name> may be left out; the -- may not.`

/** `exec <name> -- <command...>` */
export const registerExec: Register = (program, act) => {
  describe(program.command('exec <name> <command> [arguments...]'), {
    summary: "Run a command with a key's secret in its environment",
    more,
    examples: [
      'exec my-key -- node agent.js',
      'exec my-key --env OPENAI_API_KEY -- python app.py --verbose',
      'exec --env-file .env.lv -- npm start',
      'exec --env FAST=lv://fast-key --env DEEP=lv://deep-key -- ./compare',
    ],
    exits: [125, 126, 127],
  })
    .usage('[options] [name] -- <command...>')
    .option('--env <variable>', 'the variable that holds the secret, or VARIABLE=lv://name; repeatable; default: OPENROUTER_API_KEY', collect)
    .option('--env-file <file>', 'variables from a file, with key references; repeatable', collect)
    .action((name: string, command: string, args: ReadonlyArray<string>, flags: ExecFlags) =>
      act(body(name, command, args, flags)),
    )
}
