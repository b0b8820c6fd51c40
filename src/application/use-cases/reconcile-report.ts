import type { KeyEvent } from '../../domain/key/event.js'
import { isLowered, isLoweredTo } from '../../domain/key/guard.js'
import type { KeyState } from '../../domain/key/state.js'
import { hashOf, owedWork, pendingWork, publicState } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Advanced } from '../run.js'
import type { ReconciledKey, ReconcileReport } from '../reports.js'
import type { States, Swept } from './sweep-account.js'

/** One name that was driven on, with its state before. */
export interface Driven {
  readonly name: KeyName
  readonly before: KeyState
  readonly advanced: Advanced
}

export const entry = (name: KeyName, state: KeyState, reason: string | null): ReconciledKey => ({
  name,
  state: publicState(state) ?? 'free',
  pending: pendingWork(state),
  reason,
})

const reasonOf = ({ advanced }: Driven): string | null => {
  const { stop } = advanced
  if (stop._tag === 'GaveUp') return stop.cause.message
  if (stop._tag === 'LogFailed') return 'the vault could not be written'
  return stop._tag === 'InFlight' ? 'another process is at it' : null
}

/** Why the last thing that was begun here was taken back; `null` where nothing was. */
const undoingOf = ({ advanced }: Driven): string | null => {
  const causes = advanced.events.flatMap((event) => {
    // Everything else undoes nothing.
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- only these take something back
    switch (event.type) {
      case 'ProvisioningRolledBack':
      case 'RemovalRolledBack':
      case 'ContainmentRolledBack':
      case 'LiftingRolledBack':
      case 'LimitsChangeRolledBack':
      case 'RotationRolledBack':
        return [event.cause.message]
      default:
        return []
    }
  })
  return causes[causes.length - 1] ?? null
}

const revokedStrays = ({ name, advanced }: Driven): ReconcileReport['orphansRevoked'] => {
  const own = hashOf(advanced.state.stage)
  return advanced.events.flatMap((event) =>
    event.type === 'RevocationProven' && event.hash !== own ? [{ name, hash: event.hash }] : [],
  )
}

const deleted = 'deleted at OpenRouter'
const changed = 'changed at OpenRouter'
const tightened = 'tightened at OpenRouter and left so until lean-vault resume'

const guardOff = 'its guardrail was taken off at OpenRouter'
const guardChanged = 'its guardrail was changed at OpenRouter'
const guardLowered = 'its guardrail was lowered at OpenRouter and is left so until lean-vault resume'

const guardDriftText = (state: KeyState | undefined, { guardrail }: Extract<KeyEvent, { readonly type: 'GuardrailDriftObserved' }>): string => {
  if (guardrail === null) return guardOff
  const key = state?.stage._tag === 'Held' ? state.stage.key : null
  return key !== null && isLoweredTo(key, guardrail) ? guardLowered : guardChanged
}

const isDrift = (event: KeyEvent | undefined): boolean => event?.type === 'ContainmentRequested' && event.reason === 'drift'

export const driftOf = (name: KeyName, events: ReadonlyArray<KeyEvent>, states: States): ReconcileReport['drift'] => {
  const stage = states.get(name)?.stage
  const hash = (stage === undefined ? null : hashOf(stage)) ?? ''
  return events.flatMap((event, index) => {
    if (event.type === 'StrayFound' && event.origin === 'resurfaced')
      return [{ name, hash: event.hash, found: 'a removed key is alive again' }]
    if (event.type === 'ContainmentRequested' && event.reason === 'drift') return [{ name, hash, found: tightened }]
    if (event.type === 'GuardrailDriftObserved') return [{ name, hash, found: guardDriftText(states.get(name), event) }]
    if (event.type !== 'DriftObserved') return []
    return isDrift(events[index + 1]) ? [] : [{ name, hash, found: event.policy === null ? deleted : changed }]
  })
}

/** What somebody else did and nobody here has answered stays told: a deletion until the name is removed, a tightening until it is resumed. */
export const standingDrift = (name: KeyName, { stage }: KeyState): ReconcileReport['drift'] => {
  if (stage._tag !== 'Held') return []
  const { hash, reasons, remote } = stage.key
  if (remote._tag === 'Absent') return [{ name, hash, found: deleted }]
  if (isLowered(stage.key)) return [{ name, hash, found: guardLowered }]
  return reasons.includes('drift') ? [{ name, hash, found: tightened }] : []
}

const allDrift = (swept: Swept, driven: ReadonlyArray<Driven>): ReconcileReport['drift'] => {
  const now = new Map([...swept.states, ...driven.map((each) => [each.name, each.advanced.state] as const)])
  const fresh = [...swept.events].flatMap(([name, events]) => driftOf(name, events, swept.states))
  const told = new Set(fresh.map((each) => each.hash))
  const standing = [...now].flatMap(([name, state]) => standingDrift(name, state))
  return [...fresh, ...standing.filter((each) => !told.has(each.hash))]
}

/** Names that only a newer version can read: whether they owe anything is not known here, and that is said. */
export const unreadableEntries = (unreadable: Swept['unreadable']): ReadonlyArray<ReconciledKey> =>
  [...unreadable].map(([name, reason]) => ({ name, state: 'unreadable', pending: [], reason }))

const unread = (swept: Swept, open: ReadonlyArray<Driven>): ReadonlyArray<ReconciledKey> =>
  [...swept.problems].flatMap(([name, reason]) => {
    const state = swept.states.get(name)
    return state === undefined || open.some((each) => each.name === name) ? [] : [entry(name, state, reason)]
  })

/** What a reconcile did, from the states before and after. */
export const report = (swept: Swept, driven: ReadonlyArray<Driven>): Omit<ReconcileReport, 'adopted' | 'guardrailsDeleted'> => {
  // Where the log failed, its last word is not the last that happened.
  const isOpen = ({ advanced }: Driven): boolean => owedWork(advanced.state).length > 0 || advanced.stop._tag === 'LogFailed'
  const settled = driven.filter((each) => !isOpen(each))
  const open = driven.filter(isOpen)
  const had = settled.filter((each) => owedWork(each.before).length > 0)
  const wasUndone = (each: Driven): boolean => undoingOf(each) !== null
  const list = (all: ReadonlyArray<Driven>): ReadonlyArray<ReconciledKey> =>
    all.map((each) => entry(each.name, each.advanced.state, reasonOf(each) ?? undoingOf(each)))
  const gone = new Set(driven.flatMap((each) => revokedStrays(each).map((stray) => stray.hash)))
  return {
    finished: list(had.filter((each) => !wasUndone(each))),
    undone: list(had.filter(wasUndone)),
    orphansRevoked: driven.flatMap(revokedStrays),
    unheld: swept.findings.flatMap((finding) =>
      finding._tag === 'Unheld' && !gone.has(finding.hash)
        ? [{ hash: finding.hash, remoteName: finding.remoteName }]
        : [],
    ),
    drift: allDrift(swept, driven),
    outstanding: [...list(open), ...unread(swept, open), ...unreadableEntries(swept.unreadable)],
  }
}
