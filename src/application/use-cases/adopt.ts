import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { isNewborn, type KeySpec } from '../../domain/key/spec.js'
import { hashOf } from '../../domain/key/view.js'
import type { KeyState } from '../../domain/key/state.js'
import { type KeyHash, type KeyName, lineageOf } from '../../domain/shared/identifiers.js'
import { parseMarker } from '../../domain/shared/marker.js'
import { advance } from '../advance.js'
import { startBudget } from '../budget.js'
import { causeOf } from '../causes.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { appendToKey, loadKey } from '../key-store.js'
import { localName } from '../local-name.js'
import { checkPin } from '../pin.js'
import type { KeyDetails } from '../ports/open-router-client.js'
import type { SealedSecret } from '../ports/event-log.js'
import type { Advanced } from '../run.js'
import { noLimits } from '../../domain/spend/limits.js'
import type { Secret } from '../secret.js'
import { keySecretRef } from '../secret-refs.js'
import { refusalError } from '../transact.js'
import { undoneError } from './outcome.js'

type States = ReadonlyMap<KeyName, KeyState>

/** The name that holds a remote key now, or still owes its end. */
export const holderOf = (states: States, hash: KeyHash): KeyName | null => {
  for (const [name, { stage, strays }] of states) {
    const own = stage._tag === 'Removed' ? null : hashOf(stage)
    if (own === hash || strays.some((stray) => stray.hash === hash)) return name
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
}

const sealing = (deps: Deps, state: KeyState, { name, secret }: Adoption): TE.TaskEither<VaultError, ReadonlyArray<SealedSecret>> =>
  secret === null
    ? TE.right([])
    : pipe(
        deps.sealer.seal(keySecretRef(name, { lineage: lineageOf(name, state.lineages + 1), generation: 1 }), secret),
        TE.mapLeft((broken): VaultError => ({ _tag: 'VaultUnavailable', reason: 'wrong-key', message: broken.message })),
        TE.map((sealed) => [sealed]),
      )

const mostConflicts = 16

const record = (deps: Deps, adoption: Adoption, conflicts = 0): TE.TaskEither<VaultError, Advanced['events']> => {
  const { name, details, secret } = adoption
  return pipe(
    loadKey(deps, name),
    TE.flatMap(({ state, version }) => {
      const { hash, label, policy } = details
      const lineage = lineageOf(name, state.lineages + 1)
      const command = { _tag: 'Adopt', lineage, spec: specOf(details, adoption.tags ?? {}), hash, label, policy, sealed: secret !== null } as const
      const decision = deps.protocol.decider.decide({ ...command, at: deps.clock.now() }, state)
      if (isLeft(decision)) return TE.left(refusalError(name, decision.left, state))
      const events = decision.right
      return pipe(
        sealing(deps, state, adoption),
        TE.flatMap((sealed) => appendToKey(deps, name, version, events, sealed)),
        TE.map((): Advanced['events'] => events),
        TE.orElse((error) => {
          if (error._tag === 'LogUnavailable') return TE.left(unavailable(error))
          if (error._tag !== 'VersionConflict') return TE.left(error)
          return conflicts < mostConflicts
            ? record(deps, adoption, conflicts + 1)
            : TE.left<VaultError>({ _tag: 'KeyBusy', name, until: null })
        }),
      )
    }),
  )
}

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
  const holder = holderOf(states, hash)
  if (holder !== null) return refuse(`it is in the vault already, as ${holder}`)
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
