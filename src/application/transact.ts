import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyCommand } from '../domain/key/command.js'
import type { KeyEvent } from '../domain/key/event.js'
import type { KeyRefusal } from '../domain/key/refusal.js'
import type { KeyState } from '../domain/key/state.js'
import { pendingWork, publicState } from '../domain/key/view.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import type { LocalDeps } from './deps.js'
import { invalidInput, unavailable, type VaultError } from './errors.js'
import { expireClaim } from './expire-claim.js'
import { appendToKey, loadKey } from './key-store.js'
import type { SealedSecret } from './ports/event-log.js'

/** What a command came to: facts, or a refusal with the state that refused. */
export type Transacted =
  | { readonly _tag: 'Done'; readonly events: ReadonlyArray<KeyEvent> }
  | { readonly _tag: 'Declined'; readonly refusal: KeyRefusal; readonly state: KeyState }

const mostConflicts = 64

type Transacting = Pick<LocalDeps, 'log' | 'keyEvents' | 'protocol' | 'clock' | 'timing' | 'process'>

/**
 * A process that died must not keep its owner from a key. What a sweep saw is not worth closing a claim for, since it cannot
 * be told from what the dead process did.
 */
const closingDeadClaim = (deps: Transacting, state: KeyState, command: KeyCommand): KeyCommand | null =>
  command._tag === 'Observe' || command._tag === 'ObserveGuard' || command._tag === 'RetryGuard' ? null : expireClaim(deps, state)

const withEvents =
  (before: Transacted) =>
  (after: Transacted): Transacted =>
    before._tag === 'Done' && after._tag === 'Done' ? { ...after, events: [...before.events, ...after.events] } : after

/** What is sealed in the very commit of a command's facts. */
export type SealFor = (state: KeyState) => TE.TaskEither<VaultError, ReadonlyArray<SealedSecret>>

const nothingToSeal: SealFor = () => TE.right([])

/** Reads, decides, appends; decides anew when somebody else was first, or when only a dead claim was in the way. */
export const transact = (
  deps: Transacting,
  name: KeyName,
  commandFor: (state: KeyState) => KeyCommand,
  sealFor: SealFor = nothingToSeal,
  conflicts = 0,
): TE.TaskEither<VaultError, Transacted> =>
  pipe(
    loadKey(deps, name),
    TE.flatMap(({ state, version }) => {
      const command = commandFor(state)
      const decision = deps.protocol.decider.decide(command, state)
      if (isLeft(decision)) {
        const closing = decision.left._tag === 'InFlight' ? closingDeadClaim(deps, state, command) : null
        if (closing === null || conflicts >= mostConflicts)
          return TE.right<VaultError, Transacted>({ _tag: 'Declined', refusal: decision.left, state })
        return pipe(
          transact(deps, name, () => closing, nothingToSeal, conflicts + 1),
          TE.flatMap((closed) => TE.map(withEvents(closed))(transact(deps, name, commandFor, sealFor, conflicts + 1))),
        )
      }
      const events = decision.right
      return pipe(
        sealFor(state),
        TE.flatMap((sealed) => appendToKey(deps, name, version, events, sealed)),
        TE.map((): Transacted => ({ _tag: 'Done', events })),
        TE.orElse((error) => {
          if (error._tag === 'LogUnavailable') return TE.left(unavailable(error))
          if (error._tag !== 'VersionConflict') return TE.left(error)
          return conflicts < mostConflicts
            ? transact(deps, name, commandFor, sealFor, conflicts + 1)
            : TE.left<VaultError>({ _tag: 'KeyBusy', name, until: null })
        }),
      )
    }),
  )

const isVanished = ({ stage }: KeyState): boolean => stage._tag === 'Held' && stage.key.remote._tag === 'Absent'

/** A refusal in the words of the library's users. */
export const refusalError = (name: KeyName, refusal: KeyRefusal, state: KeyState): VaultError => {
  switch (refusal._tag) {
    case 'NotFound':
      return { _tag: 'KeyNotFound', name }
    case 'NameTaken':
      return { _tag: 'NameTaken', name, state: publicState(state) ?? 'removed' }
    case 'OwesRevocation':
      return { _tag: 'NameOwesRevocation', name }
    case 'NotReady':
      return { _tag: 'KeyNotReady', name, pending: pendingWork(state) }
    case 'BeingRemoved':
      return { _tag: 'KeyBeingRemoved', name }
    case 'InFlight':
      return { _tag: 'KeyBusy', name, until: refusal.until }
    case 'LimitsInvalid':
    case 'TagsInvalid':
      return invalidInput(refusal.problem)
    case 'BeingRotated':
      return { _tag: 'KeyBeingRotated', name }
    case 'NotRotatable':
      return isVanished(state) ? { _tag: 'KeyVanished', name } : { _tag: 'KeyNotRotatable', name }
    case 'AlreadySettled':
    case 'NothingNew':
    case 'Superseded':
    case 'NotDue':
      return { _tag: 'Unexpected', message: `${refusal._tag} is no answer to a command of ${name}` }
  }
}
