import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DeclaredKeys } from '../index.js'
import type { CliError } from './cli-error.js'
import { loadLibrary, type Session } from './session.js'

/** Mistakes in the file are told before the vault is opened. */
export const readDeclared = (session: Session, file: string): TE.TaskEither<CliError, DeclaredKeys> =>
  pipe(
    loadLibrary(session),
    TE.flatMap((library) => library.readDeclaredKeys(file)),
  )
