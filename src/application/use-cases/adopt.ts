import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { noSchedule, type Schedule } from '../../domain/key/schedule.js'
import { isNewborn, type KeySpec } from '../../domain/key/spec.js'
import { hashOf } from '../../domain/key/view.js'
import type { KeyState, Stage } from '../../domain/key/state.js'
import { type KeyHash, type KeyName, type Lineage, lineageOf } from '../../domain/shared/identifiers.js'
import { parseMarker } from '../../domain/shared/marker.js'
import { advance } from '../advance.js'
import { startBudget } from '../budget.js'
import { causeOf } from '../causes.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { localName } from '../local-name.js'
import { checkPin } from '../pin.js'
import type { KeyDetails } from '../ports/open-router-client.js'
import type { SecretRef } from '../ports/event-log.js'
import type { Advanced } from '../run.js'
import { noLimits } from '../../domain/spend/limits.js'
import type { Secret } from '../secret.js'
import { keySecretRef } from '../secret-refs.js'
import { type SealFor, transact } from '../transact.js'
import { undoneError } from './outcome.js'
import { accept } from './remove.js'

type States = ReadonlyMap<KeyName, KeyState>

/** What a remote key is to the name that looks after it: its key, the next one of a rotation, or one that it is getting rid of. */
export interface Holding {
  readonly name: KeyName
  readonly state: KeyState
  readonly as: 'key' | 'next' | 'given-up'
}

const roleOf = (hash: KeyHash, { stage, strays, rotation }: KeyState): Holding['as'] | null => {
  const isOf = (each: Stage): boolean => each._tag !== 'Removed' && hashOf(each) === hash
  if (isOf(stage)) return 'key'
  if (rotation !== null && isOf(rotation.other)) return rotation._tag === 'Staging' ? 'next' : 'given-up'
  return strays.some((stray) => stray.hash === hash) ? 'given-up' : null
}

/** Which name has a remote key now, or still owes its end. */
export const holdingOf = (states: States, hash: KeyHash): Holding | null => {
  for (const [name, state] of states) {
    const as = roleOf(hash, state)
    if (as !== null) return { name, state, as }
  }
  return null
}

/** Nothing is believed about a key before it is known whose account answers. */
export const atPin = (deps: Deps): TE.TaskEither<VaultError, void> =>
  pipe(
    checkPin(deps.client, deps.pin),
    TE.matchE(
      (error) => undoneError(deps, causeOf(error)),
      ({ pinned }) => (pinned ? TE.right(undefined) : TE.left<VaultError>({ _tag: 'WrongAccount' })),
    ),
  )

/** What OpenRouter has under a hash; `KeyNotAtOpenRouter` when it has nothing. */
export const detailsOf = (deps: Deps, hash: KeyHash): TE.TaskEither<VaultError, KeyDetails> =>
  pipe(
    deps.client.getKeyDetails(hash),
    TE.matchE(
      (error) =>
        error._tag === 'Absent'
          ? TE.left<VaultError>({ _tag: 'KeyNotAtOpenRouter', hash })
          : undoneError(deps, causeOf(error)),
      (details) => TE.right(details),
    ),
  )

/** What our limits can say of a remote policy; the rest is kept as it is, see `KeptLimit`. */
const specOf = ({ policy, expiresAt, workspace }: KeyDetails, tags: KeySpec['tags']): KeySpec => ({
  limits: {
    ...noLimits,
    monthly: policy.reset === 'monthly' ? policy.limit : null,
    daily: policy.reset === 'daily' ? policy.limit : null,
  },
  requireEnforced: false,
  includeByok: policy.includeByok,
  expiresAt,
  workspace,
  tags,
})

/** A remote key on its way into the vault, with its secret or without. */
export interface Adoption {
  readonly name: KeyName
  readonly details: KeyDetails
  readonly secret: Secret | null
  readonly tags?: KeySpec['tags']
  readonly schedule?: Schedule
}

/** A secret sealed for its place in the log. */
const sealed = (deps: Deps, ref: SecretRef, secret: Secret): ReturnType<SealFor> =>
  pipe(
    deps.sealer.seal(ref, secret),
    TE.mapLeft((broken): VaultError => ({ _tag: 'VaultUnavailable', reason: 'wrong-key', message: broken.message })),
    TE.map((each) => [each]),
  )

const record = (deps: Deps, { name, details, secret, tags, schedule = noSchedule }: Adoption): TE.TaskEither<VaultError, Advanced['events']> => {
  const { hash, label, policy } = details
  const next = (state: KeyState): Lineage => lineageOf(name, state.lineages + 1)
  const spec = specOf(details, tags ?? {})
  return pipe(
    transact(
      deps,
      name,
      (state) => ({ _tag: 'Adopt', lineage: next(state), spec, hash, label, policy, sealed: secret !== null, schedule, at: deps.clock.now() }),
      (state) => (secret === null ? TE.right([]) : sealed(deps, keySecretRef(name, { lineage: next(state), generation: 1 }), secret)),
    ),
    TE.flatMap(accept(name)),
  )
}

/**
 * Takes the secret of a key that is looked after without it: sealed and recorded in one commit. That it has the key's hash proves
 * that it is the key's, so OpenRouter is not asked.
 */
export const takeSecret = (deps: Deps, name: KeyName, hash: KeyHash, secret: Secret): TE.TaskEither<VaultError, Advanced['events']> =>
  pipe(
    transact(
      deps,
      name,
      () => ({ _tag: 'TakeSecret', hash, at: deps.clock.now() }),
      ({ stage }) => ('key' in stage ? sealed(deps, keySecretRef(name, stage.key.incarnation), secret) : TE.right([])),
    ),
    TE.flatMap(accept(name)),
  )

/** Takes a remote key into the vault: sealed and recorded in one commit, then driven to what its state asks for. */
export const adopt = (deps: Deps, adoption: Adoption): TE.TaskEither<VaultError, Advanced> => {
  const budget = startBudget(deps.clock, deps.timing.retryBudget)
  return pipe(
    record(deps, adoption),
    TE.flatMap((events) => advance(deps, adoption.name, budget, events)),
  )
}

/** Whether the log attempted this very key and gave it up: then it is to be destroyed, and not taken in. */
const isOrphan = (states: States, { name, policy }: KeyDetails): boolean => {
  const nonce = parseMarker(name)?.nonce
  return isNewborn(policy) && nonce !== undefined && [...states.values()].some(({ watched }) => watched.includes(nonce))
}

const isFree = (state: KeyState | undefined): boolean =>
  state === undefined || ((state.stage._tag === 'Vacant' || state.stage._tag === 'Removed') && state.strays.length === 0)

/** The name under which a remote key is kept that is called `remoteName` at OpenRouter, or anything elsewhere. */
export const freeName = (states: States, remoteName: string): KeyName =>
  localName(parseMarker(remoteName)?.name ?? remoteName, (name) => !isFree(states.get(name)))

/** Looks after a remote key whose secret we do not have, under the name that it bears at OpenRouter. */
export const adoptByHash = (deps: Deps, states: States, hash: KeyHash): TE.TaskEither<VaultError, KeyName> => {
  const refuse = (message: string): TE.TaskEither<VaultError, never> => TE.left({ _tag: 'NotUnheld', hash, message })
  const held = holdingOf(states, hash)
  if (held !== null) return refuse(`it is in the vault already, as ${held.name}`)
  return pipe(
    atPin(deps),
    TE.flatMap(() => detailsOf(deps, hash)),
    TE.flatMap((details) => {
      if (isOrphan(states, details)) return refuse('it was born of an attempt that was given up, and reconcile destroys it')
      const name = freeName(states, details.name)
      return pipe(
        adopt(deps, { name, details, secret: null }),
        TE.map(() => name),
      )
    }),
  )
}
