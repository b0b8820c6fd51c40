import { type AlertPolicy, defaultPolicy } from '../domain/alerts/policy.js'
import { isEnforcing } from '../domain/key/guard.js'
import { otherHash } from '../domain/key/rotation.js'
import type { KeyState } from '../domain/key/state.js'
import { containedFor, hashOf, heldKey, incarnationOf, pendingWork, plannedFor, publicState } from '../domain/key/view.js'
import { type KeyName, lineageOf } from '../domain/shared/identifiers.js'
import type { Instant } from '../domain/shared/instant.js'
import { type Picodollars, toDollars } from '../domain/shared/picodollars.js'
import { compilePolicy, enforcersOf } from '../domain/spend/policy.js'
import type { KeySpec } from '../domain/key/spec.js'
import type { KeyView, LimitsView, UsageView } from './reports.js'
import { noRotation, viewRotation } from './view-rotation.js'

export const isoOf = (at: Instant): string => new Date(at).toISOString()

const noLimits: LimitsView = { monthlySpend: null, dailySpend: null, alertThreshold: null, alertThresholds: [] }

const dollars = (amount: Picodollars | null): number | null => (amount === null ? null : toDollars(amount))

/** The limits of a spec in dollars; of no spec, none. */
export const limitsView = (spec: KeySpec | null): LimitsView => {
  if (spec === null || (spec.limits.monthly === null && spec.limits.daily === null)) return noLimits
  const { monthly, daily, alertThresholds } = spec.limits
  return { monthlySpend: dollars(monthly), dailySpend: dollars(daily), alertThreshold: alertThresholds[0] ?? null, alertThresholds }
}

const unknownUsage: UsageView = { currentMonth: null, currentDay: null, lastUpdated: null, stale: true }

const labelOf = (state: KeyState): string | null => {
  const held = heldKey(state.stage)
  if (held !== null) return held.label
  return state.stage._tag === 'Removed' ? state.stage.label : null
}

const remoteView = ({ stage }: KeyState): KeyView['remote'] => {
  if (stage._tag !== 'Held') return null
  switch (stage.key.remote._tag) {
    case 'Known':
      return 'live'
    case 'Absent':
      return 'gone'
    case 'Unknown':
      return 'unknown'
  }
}

const isoOrNull = (at: Instant | null): string | null => (at === null ? null : isoOf(at))

const isoOrEmpty = (at: Instant | null): string => (at === null ? '' : isoOf(at))

/** Who enforces each limit now. */
const enforcement = ({ limits }: KeySpec, guarded: boolean, watched: boolean): KeyView['enforcedBy'] =>
  enforcersOf(limits, compilePolicy(limits, { guardrails: guarded }), { guardrailAssigned: guarded, watcherAlive: watched })

/** What its owner asked for, as scripts see it. */
const viewSpec = (spec: KeySpec | null, guarded: boolean, watched: boolean): Pick<KeyView, 'tags' | 'workspace' | 'expiresAt' | 'limits' | 'enforcedBy'> => {
  const expiresAt = spec?.expiresAt ?? null
  return {
    tags: spec?.tags ?? {},
    workspace: spec?.workspace ?? null,
    expiresAt: expiresAt === null ? null : isoOf(expiresAt),
    limits: limitsView(spec),
    enforcedBy: spec === null ? { monthly: null, daily: null } : enforcement(spec, guarded, watched),
  }
}

const alsoHeld = (state: KeyState): ReadonlyArray<string> => {
  const other = otherHash(state)
  return [...(other === null ? [] : [other]), ...state.strays.map((stray) => stray.hash)]
}

/** A name as scripts see it, `watched` telling whether a watcher is at work; `null` when no key ever held it, or its only one was rolled back and nothing is owed. */
export const viewKey = (name: KeyName, state: KeyState, watched: boolean, policy: AlertPolicy = defaultPolicy): KeyView | null => {
  const shown = publicState(state)
  if (shown === null) return null
  const incarnation = incarnationOf(state.stage)
  const held = heldKey(state.stage)
  return {
    name,
    lineage: incarnation?.lineage ?? lineageOf(name, Math.max(1, state.lineages)),
    state: shown,
    hash: hashOf(state.stage),
    remote: remoteView(state),
    alsoHeld: alsoHeld(state),
    label: labelOf(state),
    createdAt: isoOrEmpty(incarnation?.createdAt ?? state.updatedAt),
    updatedAt: isoOrEmpty(state.updatedAt),
    containedFor: containedFor(state.stage),
    usage: unknownUsage,
    rotation: viewRotation(name, state, policy),
    pending: pendingWork(state),
    plannedFor: isoOrNull(plannedFor(state)),
    ...viewSpec(incarnation?.spec ?? null, held !== null && isEnforcing(held), watched),
  }
}

/** A name whose stream cannot be read here. It is shown all the same, so that nobody takes it for free. */
export const viewUnreadable = (name: KeyName): KeyView => ({
  name,
  lineage: '',
  state: 'unreadable',
  hash: null,
  remote: null,
  alsoHeld: [],
  label: null,
  createdAt: '',
  updatedAt: '',
  containedFor: [],
  usage: unknownUsage,
  rotation: noRotation,
  pending: [],
  plannedFor: null,
  ...viewSpec(null, false, false),
})
