import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyState } from '../../domain/key/state.js'
import { heldKey, incarnationOf, publicState } from '../../domain/key/view.js'
import type { KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import { toDollars } from '../../domain/shared/picodollars.js'
import type { Deps, LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import { checkPin } from '../pin.js'
import type { KeyDetails } from '../ports/open-router-client.js'
import type { RemoteError } from '../ports/remote-error.js'
import type { RemovalPlan } from '../reports.js'
import { limitsView } from '../view-key.js'
import type { RemoveOptions } from '../vault.js'

type Seen = { readonly remote: RemovalPlan['remote']; readonly details: KeyDetails | null }

const unseen = (error: RemoteError): Seen => ({
  remote: error._tag === 'Refused' ? 'unknown' : 'unreachable',
  details: null,
})

const look = (deps: Deps, hash: KeyHash): TE.TaskEither<VaultError, Seen> =>
  pipe(
    checkPin(deps.client, deps.pin),
    TE.matchE(
      (error) => TE.right(unseen(error)),
      (check) => (check.pinned ? read(deps, hash) : TE.left<VaultError>({ _tag: 'WrongAccount' })),
    ),
  )

const read = (deps: Deps, hash: KeyHash): TE.TaskEither<VaultError, Seen> =>
  pipe(
    deps.client.getKeyDetails(hash),
    TE.match(
      (error): Seen => (error._tag === 'Absent' ? { remote: 'already-gone', details: null } : unseen(error)),
      (details): Seen => ({ remote: details.policy.disabled ? 'disabled' : 'live', details }),
    ),
    TE.fromTask,
  )

const stepsOf = (remote: RemovalPlan['remote'], options: RemoveOptions): ReadonlyArray<string> => {
  if (options.localOnly === true)
    return ['leave the key alive at OpenRouter, as your recorded choice', 'destroy the sealed secret']
  const proof = 'prove it gone: listing, read by hash, a canary key and the secret itself'
  const shred = 'destroy the sealed secret'
  if (remote === 'already-gone') return ['delete the key all the same, since a read may be stale', proof, shred]
  return ['disable the key and set its limit to 0, and read that back', 'delete the key', proof, shred]
}

const spentBy = (details: KeyDetails | null): number | null => {
  const month = details?.usage.month ?? null
  return month === null ? null : toDollars(month)
}

const planOf = (name: KeyName, state: KeyState, seen: Seen, options: RemoveOptions): RemovalPlan => {
  const held = heldKey(state.stage)
  return {
    name,
    state: publicState(state) ?? 'removed',
    hash: held?.hash ?? null,
    label: held?.label ?? null,
    limits: limitsView(incarnationOf(state.stage)?.spec ?? null),
    remote: seen.remote,
    spentThisMonth: spentBy(seen.details),
    steps: held === null ? ['give up the unfinished key'] : stepsOf(seen.remote, options),
  }
}

const isGone = (state: KeyState): boolean => state.stage._tag === 'Vacant' || state.stage._tag === 'Removed'

/** Looks at the key, where that is needed, and says what a removal would do. */
export const planRemoval = (
  local: LocalDeps,
  remote: () => TE.TaskEither<VaultError, Deps>,
  name: KeyName,
  options: RemoveOptions,
): TE.TaskEither<VaultError, RemovalPlan> =>
  pipe(
    loadKey(local, name),
    TE.flatMap(({ state }) => {
      if (isGone(state)) return TE.left<VaultError, RemovalPlan>({ _tag: 'KeyNotFound', name })
      const held = heldKey(state.stage)
      const seen: TE.TaskEither<VaultError, Seen> =
        held === null || options.localOnly === true
          ? TE.right({ remote: 'unknown', details: null })
          : TE.flatMap((deps: Deps) => look(deps, held.hash))(remote())
      return pipe(
        seen,
        TE.map((answer) => planOf(name, state, answer, options)),
      )
    }),
  )
