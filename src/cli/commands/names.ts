import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Answer } from '../answer.js'
import type { Body, Register } from '../command.js'
import { type Session, withVault } from '../session.js'

/** What completion scripts call. It fails in silence: a half-typed line is no place for errors. */
export const namesCommand = '__names'

/** Nobody is asked, and no request is traced: somebody is in the middle of typing a line. */
const quiet = (session: Session): Session => ({ ...session, globals: { ...session.globals, input: false, debug: false } })

const body: Body = (session) =>
  pipe(
    withVault(quiet(session), (vault) => vault.list()),
    TE.match(
      (): Answer => ({ _tag: 'Raw', text: '' }),
      (keys): Answer => ({ _tag: 'Raw', text: keys.map(({ name }) => `${name}\n`).join('') }),
    ),
    TE.fromTask,
  )

/** The hidden `__names`: the names of the keys, one a line. */
export const registerNames: Register = (program, act) => {
  program.command(namesCommand, { hidden: true }).action(() => act(body))
}
