import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AccountPin } from '../domain/vault/event.js'
import { sameAccount } from '../domain/vault/vault.js'
import type { Identity, OpenRouterClient, Workspace } from './ports/open-router-client.js'
import type { RemoteError } from './ports/remote-error.js'

/** Who answers at the other end, and whether it is the account that this vault belongs to. */
export interface AccountCheck {
  readonly identity: Identity
  readonly workspaces: ReadonlyArray<Workspace>
  readonly pinned: boolean
}

type Asked = Pick<OpenRouterClient, 'whoAmI' | 'listWorkspaces'>

/** Some accounts may not list workspaces; then the creator alone is the fingerprint. */
const workspacesIfAllowed = (client: Asked): TE.TaskEither<RemoteError, ReadonlyArray<Workspace>> =>
  pipe(
    client.listWorkspaces(),
    TE.orElse((error) => (error._tag === 'Refused' || error._tag === 'Absent' ? TE.right([]) : TE.left(error))),
  )

/** The fingerprint of the account that answers now. */
export const readPin = (client: Asked, baseUrl: string): TE.TaskEither<RemoteError, AccountCheck & { readonly pin: AccountPin }> =>
  pipe(
    TE.Do,
    TE.bind('identity', () => client.whoAmI()),
    TE.bind('workspaces', () => workspacesIfAllowed(client)),
    TE.map(({ identity, workspaces }) => ({
      identity,
      workspaces,
      pinned: true,
      pin: { baseUrl, creatorId: identity.creatorId, workspaces: workspaces.map((each) => each.id) },
    })),
  )

/** `pinned` only for a management key of the pinned account. */
export const checkPin = (client: Asked, pin: AccountPin): TE.TaskEither<RemoteError, AccountCheck> =>
  pipe(
    readPin(client, pin.baseUrl),
    TE.map(({ identity, workspaces, pin: found }) => ({
      identity,
      workspaces,
      pinned: identity.isManagement !== false && sameAccount(pin, found),
    })),
  )
