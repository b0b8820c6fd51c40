import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyEvent } from '../../domain/key/event.js'
import { type RemotePolicy, samePolicy } from '../../domain/key/remote-policy.js'
import { isOfOther } from '../../domain/key/rotation.js'
import type { HeldKey, KeyState } from '../../domain/key/state.js'
import type { Finding } from '../../domain/key/sweep.js'
import type { KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import { causeOf } from '../causes.js'
import { isCredible } from '../credible.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { KnownKeys } from '../load-keys.js'
import { checkPin } from '../pin.js'
import type { KeyListing } from '../ports/open-router-client.js'
import { transact } from '../transact.js'
import { undoneError } from './outcome.js'

type States = ReadonlyMap<KeyName, KeyState>
type Events = ReadonlyArray<KeyEvent>
const nothing: TE.TaskEither<VaultError, Events> = TE.right([])

const record = (
  deps: Deps,
  name: KeyName,
  hash: KeyHash,
  policy: RemotePolicy | null,
): TE.TaskEither<VaultError, Events> =>
  pipe(
    transact(deps, name, () => ({ _tag: 'Observe', hash, policy, at: deps.clock.now() })),
    TE.map((done) => (done._tag === 'Done' ? done.events : [])),
  )

/** A listing may be older than the log by now, so what it says is read once more before it is believed. */
const confirm = (deps: Deps, name: KeyName, hash: KeyHash): TE.TaskEither<VaultError, Events> =>
  pipe(
    deps.client.getKeyDetails(hash),
    TE.matchE(
      (error) => (error._tag === 'Absent' ? record(deps, name, hash, null) : undoneError(deps, causeOf(error))),
      (details) => record(deps, name, hash, details.policy),
    ),
  )

/** The same outside a sweep, where nobody has asked yet whose account this is. */
export const confirmAtPin = (deps: Deps, name: KeyName, hash: KeyHash): TE.TaskEither<VaultError, Events> =>
  pipe(
    checkPin(deps.client, deps.pin),
    TE.matchE(
      (error) => undoneError(deps, causeOf(error)),
      (check) => (check.pinned ? confirm(deps, name, hash) : TE.left<VaultError>({ _tag: 'WrongAccount' })),
    ),
  )

const isAsKnown = (state: KeyState | undefined, hash: KeyHash, listed: RemotePolicy | undefined): boolean => {
  const stage = state?.stage
  if (stage === undefined || stage._tag !== 'Held' || stage.key.hash !== hash) return false
  return listed !== undefined && stage.key.remote._tag === 'Known' && samePolicy(stage.key.remote.policy, listed)
}

const isBuried = (state: KeyState | undefined, hash: KeyHash): boolean =>
  state?.buried.some((each) => each.hash === hash) ?? false

/** Tells a stream what was seen of its key. Only a key that is kept, or that should be dead, is worth a fact. */
export const observe = (
  deps: Deps,
  states: States,
  finding: Extract<Finding, { readonly _tag: 'Known' }>,
  listed: ReadonlyMap<KeyHash, RemotePolicy>,
): TE.TaskEither<VaultError, Events> => {
  const { hash, name } = finding
  const state = states.get(name)
  if (isBuried(state, hash)) return confirm(deps, name, hash)
  if (state !== undefined && isOfOther(state, hash)) return nothing
  if (state?.stage._tag !== 'Held' || isAsKnown(state, hash, listed.get(hash))) return nothing
  return confirm(deps, name, hash)
}

const heldKeys = (states: States): ReadonlyArray<readonly [KeyName, HeldKey]> =>
  [...states].flatMap(([name, { stage }]) => (stage._tag === 'Held' ? [[name, stage.key] as const] : []))

/**
 * Held keys that a complete listing lacks: deleted by somebody else, if a read by hash says so too.
 * Nothing is believed of a listing that is not credible.
 */
export const observeMissing = (
  deps: Deps,
  known: KnownKeys,
  listing: KeyListing,
  unless: (name: KeyName, work: TE.TaskEither<VaultError, Events>) => TE.TaskEither<VaultError, Events>,
): TE.TaskEither<VaultError, ReadonlyArray<readonly [KeyName, Events]>> => {
  const listed = new Set(listing.keys.map((key) => key.hash))
  const missing = heldKeys(known.states).filter(([, key]) => !listed.has(key.hash) && key.remote._tag !== 'Absent')
  if (!listing.complete || !isCredible(known, listing)) return TE.right([])
  return pipe(
    missing,
    TE.traverseSeqArray(([name, key]) =>
      pipe(
        unless(name, confirm(deps, name, key.hash)),
        TE.map((events) => [name, events] as const),
      ),
    ),
  )
}
