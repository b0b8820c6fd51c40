import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyEvent } from '../../domain/key/event.js'
import { isPassing } from '../../domain/key/cause.js'
import type { KeyState } from '../../domain/key/state.js'
import { pendingWork } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Advanced } from '../run.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeOutcome, ChangeReport } from '../reports.js'

export const changeReport = (
  name: KeyName,
  outcome: ChangeOutcome,
  advanced: Pick<Advanced, 'state' | 'events'>,
  more: Partial<ChangeReport> = {},
): ChangeReport => ({
  name,
  outcome,
  remote: null,
  proof: null,
  pending: pendingWork(advanced.state),
  events: advanced.events.length,
  reason: null,
  notes: [],
  ...more,
})

/** Why the work that is left could not be done when it was last tried. */
const stallOf = ({ stage, strays }: KeyState): string | null => {
  const own = 'stall' in stage ? stage.stall : null
  const stall = own ?? strays.find((stray) => stray.stall !== null)?.stall ?? null
  return stall === null ? null : stall.cause.message
}

const whyStopped = ({ state, stop }: Advanced): string => {
  switch (stop._tag) {
    case 'Settled':
    case 'ProofDue':
      return 'part of it is still open'
    case 'InFlight':
      return 'another process is at this key'
    case 'BackingOff':
      return stallOf(state) ?? 'the last try failed; the next one has a date'
    case 'GaveUp':
      return stop.cause.message
    case 'Stopped':
      return 'it was asked to stop'
    case 'LogFailed':
      return 'the vault could not be written any more; what was begun is finished by lean-vault reconcile'
  }
}

export const incomplete = (name: KeyName, advanced: Advanced, more: Partial<ChangeReport> = {}): ChangeReport =>
  changeReport(name, 'incomplete', advanced, { reason: whyStopped(advanced), ...more })

/**
 * The error of something that was undone, or never begun. Only `GET /key` may blame the management key: a 401 or 403 of one
 * request can have other reasons.
 */
export const undoneError = (deps: Deps, cause: Cause): TE.TaskEither<VaultError, never> => {
  const { message, status } = cause
  if (cause.kind === 'unsealable')
    return TE.left({ _tag: 'VaultUnavailable', reason: 'wrong-key', message })
  if (isPassing(cause)) return TE.left({ _tag: 'RemoteUnavailable', message })
  // Every refusal of OpenRouter's has a status; without one it was our own, of an account that is not the pinned one.
  if (cause.kind === 'refused' && status === null) return TE.left({ _tag: 'WrongAccount' })
  const refused = (blame: 'management-key' | 'request'): VaultError => ({ _tag: 'RemoteRefused', status, message, blame })
  if (status !== 401 && status !== 403) return TE.left(refused('request'))
  return pipe(
    deps.client.whoAmI(),
    TE.matchE(
      (error) => TE.left(refused(error._tag === 'Refused' ? 'management-key' : 'request')),
      (identity) =>
        TE.left(identity.isManagement === false ? { _tag: 'NotManagementKey' } : refused('request')),
    ),
  )
}

/** The last event of a type that this run recorded. */
export const lastOf = <T extends KeyEvent['type']>(
  events: ReadonlyArray<KeyEvent>,
  type: T,
): Extract<KeyEvent, { readonly type: T }> | null => {
  const is = (event: KeyEvent): event is Extract<KeyEvent, { readonly type: T }> => event.type === type
  const matching = events.filter(is)
  return matching[matching.length - 1] ?? null
}
