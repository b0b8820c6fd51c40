import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { parseNote } from '../../application/use-cases/input.js'
import { changeAnswer } from '../change-text.js'
import { checkName } from '../check-name.js'
import { type Body, describe, type Register } from '../command.js'
import { withProgress, withVault } from '../session.js'

interface Flags {
  readonly reason?: string
}

const suspending =
  (name: string, { reason }: Flags): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() => TE.fromEither(parseNote(reason))),
      TE.flatMap(() => withVault(session, (vault) => withProgress(session, vault.suspend(name, reason)))),
      TE.map((change) => changeAnswer(change, 'suspended', `lean-vault resume ${name} undoes it.`)),
    )

/** `suspend <name>` */
export const registerSuspend: Register = (program, act) => {
  describe(program.command('suspend <name>'), {
    summary: 'Make a key unable to spend, until it is resumed',
    more: 'The key is disabled at OpenRouter and its limit set to 0, and that is read back.',
    examples: ['suspend my-key', 'suspend my-key --reason "laptop lost"'],
    exits: [0, 2, 3, 4, 5, 6, 7, 8],
  })
    .option('--reason <text>', 'recorded readable in the history')
    .action((name: string, flags: Flags) => act(suspending(name, flags)))
}
