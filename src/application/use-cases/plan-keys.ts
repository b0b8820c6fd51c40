import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DeclaredKey } from '../../domain/declared/declared-key.js'
import { planKeys } from '../../domain/declared/plan.js'
import type { Obstacle, Step } from '../../domain/declared/step.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { type Picodollars, toDollars } from '../../domain/shared/picodollars.js'
import { noLimits, type SpendLimits } from '../../domain/spend/limits.js'
import type { Schedule } from '../../domain/key/schedule.js'
import type { Tags } from '../../domain/key/tags.js'
import type { KeyChange, KeyPlan, KeyStep } from '../declared-keys.js'
import type { LocalDeps } from '../deps.js'
import { invalidInput, type VaultError } from '../errors.js'
import { type KnownKeys, loadKnownKeys } from '../load-keys.js'
import { scheduleWords } from '../view-rotation.js'

const usd = (amount: Picodollars | null): number | null => (amount === null ? null : toDollars(amount))

const limitChanges = (before: SpendLimits, after: SpendLimits, kept: boolean): ReadonlyArray<KeyChange> => [
  ...(before.monthly === after.monthly && !kept ? [] : [{ field: 'monthlyLimit', from: usd(before.monthly), to: usd(after.monthly) }]),
  ...(before.daily === after.daily ? [] : [{ field: 'dailyLimit', from: usd(before.daily), to: usd(after.daily) }]),
  ...(before.alertThresholds.join() === after.alertThresholds.join()
    ? []
    : [{ field: 'alertThreshold', from: before.alertThresholds, to: after.alertThresholds }]),
]

const tagChanges = (before: Tags, after: Tags): ReadonlyArray<KeyChange> =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((tag) => {
    const from = Object.hasOwn(before, tag) ? (before[tag] ?? null) : null
    const to = Object.hasOwn(after, tag) ? (after[tag] ?? null) : null
    return from === to ? [] : [{ field: `tags.${tag}`, from, to }]
  })

const scheduleChanges = (before: Schedule, after: Schedule): ReadonlyArray<KeyChange> => {
  const [from, to] = [scheduleWords(before), scheduleWords(after)]
  return (['rotateAfter', 'rotate'] as const).flatMap((field) => (from[field] === to[field] ? [] : [{ field, from: from[field], to: to[field] }]))
}

const plain = { lineage: null, changes: [], pending: [] } as const

/** A step as scripts and people see it. */
export const viewStep = (step: Exclude<Step, { readonly _tag: 'Blocked' }>): KeyStep => {
  const { name } = step
  switch (step._tag) {
    case 'Add':
      return { ...plain, name, step: 'add', changes: [...limitChanges(noLimits, step.limits, false), ...tagChanges({}, step.tags)] }
    case 'Finish':
      return { ...plain, name, step: 'finish', pending: step.pending }
    case 'ChangeLimits':
      return { ...plain, name, step: 'update-limits', changes: limitChanges(step.before, step.after, step.patch.monthly !== undefined) }
    case 'ChangeTags':
      return { ...plain, name, step: 'tag', changes: tagChanges(step.before, step.after) }
    case 'ChangeSchedule':
      return { ...plain, name, step: 'schedule', changes: scheduleChanges(step.before, step.after) }
    case 'Remove':
      return { ...plain, name, step: 'remove', lineage: step.lineage }
  }
}

/** An obstacle as the error that the single command would have met. */
export const obstacleError = (name: KeyName, by: Obstacle): VaultError => {
  switch (by._tag) {
    case 'BeingRemoved':
      return { _tag: 'KeyBeingRemoved', name }
    case 'Vanished':
      return { _tag: 'KeyVanished', name }
    case 'LimitsInvalid':
      return invalidInput({ field: `${name}: ${by.problem.field}`, rule: by.problem.rule })
  }
}

const isBlocked = (step: Step): step is Extract<Step, { readonly _tag: 'Blocked' }> => step._tag === 'Blocked'

/** A name that a newer Lean Vault wrote of is left alone, declared or not. */
const unreadableKeys = ({ unreadable }: KnownKeys, declared: ReadonlySet<KeyName>): KeyPlan['blocked'] =>
  [...unreadable].flatMap(([name, message]) =>
    declared.has(name) ? [{ name, error: { _tag: 'VaultUnavailable', reason: 'newer-format', message } }] : [],
  )

export interface Planned {
  readonly known: KnownKeys
  readonly steps: ReadonlyArray<Exclude<Step, { readonly _tag: 'Blocked' }>>
  readonly plan: KeyPlan
}

/** What lies between a declaration and what the vault knows. Nobody is asked and nothing is recorded. */
export const plan = (deps: LocalDeps, declared: ReadonlyArray<DeclaredKey>, prune: boolean): TE.TaskEither<VaultError, Planned> =>
  pipe(
    loadKnownKeys(deps),
    TE.map((known) => {
      const readable = declared.filter(({ name }) => !known.unreadable.has(name))
      const { steps, undeclared } = planKeys(readable, known.states, prune)
      const open = steps.flatMap((step) => (isBlocked(step) ? [] : [step]))
      const blocked = steps.flatMap((step) => (isBlocked(step) ? [{ name: step.name, error: obstacleError(step.name, step.by) }] : []))
      const unread = unreadableKeys(known, new Set(declared.map(({ name }) => name)))
      return { known, steps: open, plan: { steps: open.map(viewStep), blocked: [...blocked, ...unread], undeclared } }
    }),
  )
