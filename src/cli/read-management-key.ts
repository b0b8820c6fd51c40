import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { Secret } from '../application/secret.js'
import type { CliError } from './cli-error.js'
import { readKey } from './read-key.js'
import type { Session } from './session.js'

/** The management key from the environment, from standard input where it is piped, or from the person at the terminal. */
export const readManagementKey = (session: Session): TaskEither<CliError, Secret> =>
  readKey(session, { what: 'OpenRouter management key', variable: 'LEAN_VAULT_MANAGEMENT_KEY' })
