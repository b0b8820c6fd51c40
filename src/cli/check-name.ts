import * as TE from 'fp-ts/lib/TaskEither.js'

import { parseName } from '../application/use-cases/input.js'
import type { CliError } from './cli-error.js'

/** Refuses what cannot be a key's name before the vault is opened. */
export const checkName = (name: string): TE.TaskEither<CliError, string> => TE.fromEither(parseName(name))
