import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyDetails, KeyListing, Workspace } from '../../application/ports/open-router-client.js'
import type { RemoteError } from '../../application/ports/remote-error.js'
import type { WorkspaceId } from '../../domain/shared/identifiers.js'

/** The keys of some workspaces. `complete` is false where a workspace would not show its keys. */
interface Found {
  readonly keys: ReadonlyArray<KeyDetails>
  readonly complete: boolean
}

/** The two listings that a listing of everything is made of. `null` is the default workspace. */
export interface Listings {
  readonly workspaces: TE.TaskEither<RemoteError, ReadonlyArray<Workspace>>
  readonly keysIn: (workspace: WorkspaceId | null) => TE.TaskEither<RemoteError, ReadonlyArray<KeyDetails>>
}

// A bad credential (401) concerns every request; any other refusal may concern this one listing alone.
const isClosedToUs = (error: RemoteError): boolean =>
  error._tag === 'Absent' || (error._tag === 'Refused' && error.status !== 401)

const orNothing = (keys: TE.TaskEither<RemoteError, ReadonlyArray<KeyDetails>>): TE.TaskEither<RemoteError, Found> =>
  pipe(
    keys,
    TE.map((keys): Found => ({ keys, complete: true })),
    TE.orElse((error) => (isClosedToUs(error) ? TE.right<RemoteError, Found>({ keys: [], complete: false }) : TE.left(error))),
  )

const eachOnce = (keys: ReadonlyArray<KeyDetails>): ReadonlyArray<KeyDetails> => [
  ...new Map(keys.map((key) => [key.hash, key])).values(),
]

const ofWorkspaces = (
  { keysIn }: Listings,
  workspaces: ReadonlyArray<Workspace>,
): TE.TaskEither<RemoteError, KeyListing> =>
  pipe(
    workspaces,
    TE.traverseSeqArray(({ id }) => orNothing(keysIn(id))),
    TE.map((found) => {
      const keys = eachOnce(found.flatMap((part) => part.keys))
      const known = new Set<string>(workspaces.map(({ id }) => id))
      const noOther = keys.every(({ workspace }) => workspace === null || known.has(workspace))
      return { keys, workspaces, complete: noOther && found.every((part) => part.complete) }
    }),
  )

/**
 * The rows of every workspace, one request after the other, each once; of the default one alone where workspaces are refused.
 * Any other refusal is the answer, for a listing that lacks rows would have them made again.
 */
export const inEveryWorkspace = <A>(
  workspaces: TE.TaskEither<RemoteError, ReadonlyArray<Workspace>>,
  rowsIn: (workspace: WorkspaceId | null) => TE.TaskEither<RemoteError, ReadonlyArray<A>>,
  idOf: (row: A) => string,
): TE.TaskEither<RemoteError, ReadonlyArray<A>> =>
  pipe(
    workspaces,
    TE.orElse((error) => (isClosedToUs(error) ? TE.right<RemoteError, ReadonlyArray<Workspace>>([]) : TE.left(error))),
    TE.map((found): ReadonlyArray<WorkspaceId | null> => (found.length === 0 ? [null] : found.map(({ id }) => id))),
    TE.flatMap(TE.traverseSeqArray(rowsIn)),
    TE.map((parts) => [...new Map(parts.flat().map((row) => [idOf(row), row])).values()]),
  )

const ofDefault = ({ keysIn }: Listings): TE.TaskEither<RemoteError, KeyListing> =>
  pipe(
    keysIn(null),
    TE.map((keys) => ({ keys: eachOnce(keys), workspaces: [], complete: false })),
  )

/**
 * Every key of every workspace, one request after the other to be gentle on an undocumented rate limit.
 * Where the workspaces are refused, absent or none, only the default one is read and the listing is not complete: an account
 * has at least one workspace.
 */
export const listEverything = (listings: Listings): TE.TaskEither<RemoteError, KeyListing> =>
  pipe(
    listings.workspaces,
    TE.orElse((error) =>
      isClosedToUs(error) ? TE.right<RemoteError, ReadonlyArray<Workspace>>([]) : TE.left(error),
    ),
    TE.flatMap((workspaces) => (workspaces.length === 0 ? ofDefault(listings) : ofWorkspaces(listings, workspaces))),
  )
