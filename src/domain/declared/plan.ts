import { isLeft } from 'fp-ts/lib/Either.js'

import { noSchedule, patchSchedule, sameSchedule } from '../key/schedule.js'
import type { Incarnation, KeyState } from '../key/state.js'
import { initialKeyState } from '../key/initial-state.js'
import { sameTags, type TagsPatch } from '../key/tags.js'
import { incarnationOf, owedWork, publicState } from '../key/view.js'
import type { KeyName } from '../shared/identifiers.js'
import { type LimitsPatch, noLimits, patchLimits, sameLimits, type SpendLimits } from '../spend/limits.js'
import type { DeclaredKey } from './declared-key.js'
import type { Obstacle, Step } from './step.js'

type Steps = ReadonlyArray<Step>

const blocked = (name: KeyName, by: Obstacle): Step => ({ _tag: 'Blocked', name, by })

/** Only what differs is asked for: what somebody else changes meanwhile in another limit is not put back by accident. */
const difference = (before: SpendLimits, after: SpendLimits): LimitsPatch => ({
  ...(before.monthly === after.monthly ? {} : { monthly: after.monthly }),
  ...(before.daily === after.daily ? {} : { daily: after.daily }),
  ...(sameLimits({ ...before, monthly: null, daily: null }, { ...after, monthly: null, daily: null }) ? {} : { alertThresholds: after.alertThresholds }),
})

const speaksOfMoney = ({ monthly, daily }: LimitsPatch): boolean => monthly !== undefined || daily !== undefined

/** `kept`: the key came with a limit that ours cannot say, which a declared amount is to replace. */
const limitSteps = ({ name, limits }: DeclaredKey, { spec: { limits: before } }: Incarnation, kept: boolean): Steps => {
  const after = patchLimits(before, limits)
  if (isLeft(after)) return [blocked(name, { _tag: 'LimitsInvalid', problem: after.left })]
  const replaces = kept && speaksOfMoney(limits)
  if (sameLimits(before, after.right) && !replaces) return []
  return [{ _tag: 'ChangeLimits', name, before, after: after.right, patch: replaces ? limits : difference(before, after.right) }]
}

const tagSteps = ({ name, tags: after }: DeclaredKey, { spec: { tags: before } }: Incarnation): Steps => {
  if (after === null || sameTags(before, after)) return []
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  const patch: TagsPatch = Object.fromEntries(
    names.flatMap((tag) => {
      const value = Object.hasOwn(after, tag) ? (after[tag] ?? null) : null
      return Object.hasOwn(before, tag) && before[tag] === value ? [] : [[tag, value] as const]
    }),
  )
  return [{ _tag: 'ChangeTags', name, before, after, patch }]
}

const scheduleSteps = ({ name, schedule: patch }: DeclaredKey, { schedule: before }: Pick<Incarnation, 'schedule'>): Steps => {
  const after = patchSchedule(before, patch)
  return sameSchedule(before, after) ? [] : [{ _tag: 'ChangeSchedule', name, before, after, patch }]
}

/** What is ours alone: OpenRouter knows nothing of it, so it is changed first and whatever is unfinished. */
const ownSteps = (declared: DeclaredKey, incarnation: Incarnation): Steps => [...tagSteps(declared, incarnation), ...scheduleSteps(declared, incarnation)]

const finishing = (name: KeyName, state: KeyState): Steps => {
  const pending = owedWork(state)
  return pending.length === 0 ? [] : [{ _tag: 'Finish', name, pending }]
}

const adding = (declared: DeclaredKey): Steps => {
  const { name, limits, tags } = declared
  const whole = patchLimits(noLimits, limits)
  return isLeft(whole)
    ? [blocked(name, { _tag: 'LimitsInvalid', problem: whole.left })]
    : [{ _tag: 'Add', name, limits: whole.right, tags: tags ?? {} }, ...scheduleSteps(declared, { schedule: noSchedule })]
}

/** What is to be done for one declared key, in order: each step where those before it are done. Tags and the schedule first, for they cannot fail. */
export const stepsFor = (declared: DeclaredKey, state: KeyState): Steps => {
  const { name } = declared
  const { stage } = state
  switch (stage._tag) {
    case 'Vacant':
    case 'Removed':
    case 'Compensating':
      return [...finishing(name, state), ...adding(declared)]
    case 'CreateUnknown':
    case 'CreateDue':
    case 'Creating':
      if (stage._tag === 'CreateUnknown' && stage.abandoned) return [...finishing(name, state), ...adding(declared)]
      return [...ownSteps(declared, stage.incarnation), ...finishing(name, state), ...limitSteps(declared, stage.incarnation, false)]
    case 'Provisioned':
    case 'Held': {
      const { kept, remote, incarnation } = stage.key
      if (stage._tag === 'Held' && remote._tag === 'Absent') return [blocked(name, { _tag: 'Vanished' })]
      return [...ownSteps(declared, incarnation), ...finishing(name, state), ...limitSteps(declared, incarnation, kept !== null)]
    }
    case 'Removing':
    case 'RollingBack':
    case 'Outstanding':
    case 'LeavingAlive':
      return [blocked(name, { _tag: 'BeingRemoved' })]
  }
}

/** The end of a key that is not declared; nothing where none is held or owed. */
export const removalOf = (name: KeyName, state: KeyState): Steps => {
  const { stage } = state
  const shown = publicState(state)
  const incarnation = incarnationOf(stage)
  // The name is free but for the debt of an earlier key, or a key of it is on its way out already.
  if (shown === null || incarnation === null || stage._tag === 'Removed' || stage._tag === 'Compensating') return finishing(name, state)
  return [{ _tag: 'Remove', name, lineage: incarnation.lineage, state: shown }]
}

/** What lies between a declaration and the keys that are held. */
export interface Plan {
  readonly steps: Steps
  /** Keys that are held or owed and not declared. They are in `steps` only where they are to be removed. */
  readonly undeclared: ReadonlyArray<KeyName>
}

/** Pure and whole: no step where all is as declared, and never a removal unless `prune` asks for it. Removals come last. */
export const planKeys = (declared: ReadonlyArray<DeclaredKey>, states: ReadonlyMap<KeyName, KeyState>, prune: boolean): Plan => {
  const named = new Set(declared.map(({ name }) => name))
  const removals = [...states].flatMap(([name, state]) => (named.has(name) ? [] : removalOf(name, state)))
  const steps = declared.flatMap((key) => stepsFor(key, states.get(key.name) ?? initialKeyState))
  return { steps: prune ? [...steps, ...removals] : steps, undeclared: removals.map(({ name }) => name) }
}
