import type { KeyState } from '../domain/key/state.js'
import { containedFor, hashOf, heldKey, incarnationOf, pendingWork, publicState } from '../domain/key/view.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import type { Instant } from '../domain/shared/instant.js'
import { toDollars } from '../domain/shared/picodollars.js'
import type { KeySpec } from '../domain/key/spec.js'
import type { KeyView, LimitsView, UsageView } from './reports.js'

export const isoOf = (at: Instant): string => new Date(at).toISOString()

export const limitsView = (spec: KeySpec): LimitsView => ({
  monthlySpend: spec.limits.monthly === null ? null : toDollars(spec.limits.monthly),
  dailySpend: null,
  alertThreshold: null,
  alertThresholds: [],
})

const unknownUsage: UsageView = { currentMonth: null, currentDay: null, lastUpdated: null, stale: true }

const labelOf = (state: KeyState): string | null => {
  const held = heldKey(state.stage)
  if (held !== null) return held.label
  return state.stage._tag === 'Removed' ? state.stage.label : null
}

/** A name as scripts see it; `null` when no key ever held it, or its only one was rolled back and nothing is owed. */
export const viewKey = (name: KeyName, state: KeyState): KeyView | null => {
  const shown = publicState(state)
  if (shown === null) return null
  const incarnation = incarnationOf(state.stage)
  const spec = incarnation?.spec ?? null
  const createdAt = incarnation?.createdAt ?? state.updatedAt
  return {
    name,
    lineage: incarnation?.lineage ?? `${name}#${String(Math.max(1, state.lineages))}`,
    state: shown,
    hash: hashOf(state.stage),
    alsoHeld: state.strays.map((stray) => stray.hash),
    label: labelOf(state),
    tags: spec?.tags ?? {},
    workspace: spec?.workspace ?? null,
    createdAt: createdAt === null ? '' : isoOf(createdAt),
    updatedAt: state.updatedAt === null ? '' : isoOf(state.updatedAt),
    expiresAt: spec === null || spec.expiresAt === null ? null : isoOf(spec.expiresAt),
    containedFor: containedFor(state.stage),
    limits:
      spec === null
        ? { monthlySpend: null, dailySpend: null, alertThreshold: null, alertThresholds: [] }
        : limitsView(spec),
    usage: unknownUsage,
    enforcedBy: {
      monthly: spec !== null && spec.limits.monthly !== null ? 'openrouter' : null,
      daily: null,
    },
    pending: pendingWork(state),
  }
}
