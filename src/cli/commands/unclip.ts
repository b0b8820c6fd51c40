import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Answer } from '../answer.js'
import type { CliError } from '../cli-error.js'
import type { Body, Register } from '../command.js'
import { unclipCommand } from '../desktop/unclip-command.js'

const patience = 5000

const body: Body = ({ io, deps }) =>
  pipe(
    TE.fromTask<void, CliError>(async () => {
      const task = await io.stdin.readAll(patience)
      const clipboard = await deps.clipboard()
      await clipboard.clearLater(task ?? '')
    }),
    TE.map((): Answer => ({ _tag: 'Done', code: 0 })),
  )

/** The hidden `__unclip`, which `get --clip` leaves behind to empty the clipboard. */
export const registerUnclip: Register = (program, act) => {
  program.command(unclipCommand, { hidden: true }).action(() => act(body))
}
