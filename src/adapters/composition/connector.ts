import type { Task } from 'fp-ts/lib/Task.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { OpenRouterClient } from '../../application/ports/open-router-client.js'
import type { Secret } from '../../application/secret.js'

/**
 * Gives clients of OpenRouter's management API. A client's reads may repeat themselves within one command's budget, which
 * begins when the client is made; its changes never do.
 */
export interface Connector {
  /** A client that shows this management key at this base. Nothing is sent yet. */
  readonly clientFor: (managementKey: Secret, baseUrl: string) => TaskEither<VaultError, OpenRouterClient>
  /** Ends every connection. Repeatable. */
  readonly close: Task<void>
}
