import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { HttpTransport } from '../../application/ports/http.js'
import type { OpenRouterClient } from '../../application/ports/open-router-client.js'
import type { Secret } from '../../application/secret.js'
import type { WorkspaceId } from '../../domain/shared/identifiers.js'
import { inEveryWorkspace, listEverything } from './listing.js'
import type { Operation } from './operation.js'
import { allPages } from './paging.js'
import {
  hashOfSecret,
  type Read,
  readAssigned,
  readAssignments,
  readCreated,
  readCredits,
  readDeleted,
  readGuardrail,
  readGuardrails,
  readIdentity,
  readKey,
  readKeys,
  readSecretAnswer,
  readStatus,
  readWorkspaces,
} from './response.js'
import { revocationError } from './revocation.js'
import { makeSend, type Send } from './send.js'

/** What a client is made of. `around` decorates the sending of single requests, for instance `withRetries(...)`. */
export interface OpenRouterClientParts {
  readonly transport: HttpTransport
  readonly managementKey: Secret
  readonly around?: (send: Send) => Send
}

/** The management API over any transport. Without `around`, every request is sent exactly once. */
export const makeOpenRouterClient = ({ transport, managementKey, around }: OpenRouterClientParts): OpenRouterClient => {
  const once = makeSend(transport)
  const send = around === undefined ? once : around(once)
  const ask = <A>(operation: Operation, read: Read<A>) => send(operation, managementKey, read)

  const listWorkspaces = () =>
    allPages(
      (offset) => ask({ _tag: 'ListWorkspaces', offset }, readWorkspaces),
      ({ id }) => id,
    )

  const guardrailsIn = (workspace: WorkspaceId | null) =>
    allPages(
      (offset) => ask({ _tag: 'ListGuardrails', workspace, offset }, readGuardrails),
      ({ id }) => id,
    )

  return {
    hashOf: hashOfSecret,
    whoAmI: () => ask({ _tag: 'WhoAmI' }, readIdentity),
    listWorkspaces,
    listKeys: () =>
      listEverything({
        workspaces: listWorkspaces(),
        keysIn: (workspace) =>
          allPages(
            (offset) => ask({ _tag: 'ListKeys', workspace, offset }, readKeys),
            ({ hash }) => hash,
          ),
      }),
    verifyKeyStatus: (hash) => ask({ _tag: 'GetKey', hash }, readStatus(hash)),
    getKeyDetails: (hash) => ask({ _tag: 'GetKey', hash }, readKey(hash)),
    createKey: (key) => ask({ _tag: 'CreateKey', key }, readCreated),
    updateKey: (hash, policy) => ask({ _tag: 'UpdateKey', hash, policy }, readKey(hash)),
    revokeKey: (hash) => pipe(ask({ _tag: 'DeleteKey', hash }, readDeleted), TE.mapError(revocationError(hash))),
    trySecret: (secret) => send({ _tag: 'WhoAmI' }, secret, readSecretAnswer),
    readCredits: () => ask({ _tag: 'ReadCredits' }, readCredits),
    listGuardrails: () => inEveryWorkspace(listWorkspaces(), guardrailsIn, ({ id }) => id),
    getGuardrail: (id) => ask({ _tag: 'GetGuardrail', id }, readGuardrail),
    createGuardrail: (guardrail) => ask({ _tag: 'CreateGuardrail', guardrail }, readGuardrail),
    deleteGuardrail: (id) => ask({ _tag: 'DeleteGuardrail', id }, readDeleted),
    listAssignments: () =>
      allPages(
        (offset) => ask({ _tag: 'ListAssignments', offset }, readAssignments),
        ({ hash }) => hash,
      ),
    assignGuardrail: (id, hashes) => ask({ _tag: 'AssignGuardrail', id, hashes }, readAssigned),
    unassignGuardrail: (id, hashes) => ask({ _tag: 'UnassignGuardrail', id, hashes }, readAssigned),
  }
}
