import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { reveal } from '../../application/secret.js'
import type { HandedOut } from '../../index.js'
import { type Answer, report } from '../answer.js'
import { type Body, describe, type Register } from '../command.js'
import { checkName } from '../check-name.js'
import { isJson, type Session, warn, withVault } from '../session.js'

/** The one place where a secret goes to stdout. */
const handOver = (session: Session, { name, secret, warning }: HandedOut): Answer => {
  if (warning !== null) warn(session, warning)
  return isJson(session) ? report({ name, secret: reveal(secret) }, '') : { _tag: 'Raw', text: reveal(secret) }
}

const body =
  (name: string): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() => withVault(session, (vault) => vault.get(name))),
      TE.map((handed) => handOver(session, handed)),
    )

/** `get <name>` */
export const registerGet: Register = (program, act) => {
  describe(program.command('get <name>'), {
    summary: "Print a key's secret, and nothing else",
    more: 'The secret goes to stdout without a newline. This needs neither OpenRouter nor the network. For running a program, "exec" keeps the secret out of files and shell history.',
    examples: ['get my-key', 'get my-key --json', 'get my-key | my-secret-store write openrouter'],
    exits: [0, 2, 3, 4, 8],
  }).action((name: string) => act(body(name)))
}
