import type { KeySeen } from '../../../src/domain/alerts/key-facts-of.js'
import { withReading } from '../../../src/domain/alerts/readings.js'
import type { TotalReading } from '../../../src/domain/alerts/facts.js'
import { fold } from '../../../src/domain/decider.js'
import type { KeyEvent } from '../../../src/domain/key/event.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import type { KeySpec } from '../../../src/domain/key/spec.js'
import { type KeyHash, type KeyName, lineageOf } from '../../../src/domain/shared/identifiers.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { decideReading, seenAgain } from '../../../src/domain/spend/decide-reading.js'
import { evolveSpend } from '../../../src/domain/spend/evolve-spend.js'
import { noLimits } from '../../../src/domain/spend/limits.js'
import { newborn, type SpendState } from '../../../src/domain/spend/spend-state.js'
import { windowStart } from '../../../src/domain/spend/window.js'
import { at, dollars } from './facts.js'

const seenName = 'ci-bot' as KeyName

const spec = { includeByok: false, expiresAt: null, workspace: null, tags: { team: 'web' }, requireEnforced: false }

/** The facts of a key that was taken over with these limits. */
export const born = (limits: object, time: number, lineage = 1, more: Partial<KeySpec> = {}): KeyEvent => ({
  type: 'Adopted',
  lineage: lineageOf(seenName, lineage),
  // Whatever limits a key may have by now: the mapping has to do with each.
  spec: { ...spec, ...more, limits: { ...noLimits, ...limits } },
  hash: 'a'.repeat(64) as KeyHash,
  label: 'sk-or-v1-abc...123',
  policy: { disabled: false, limit: null, reset: null, includeByok: false },
  sealed: true,
  at: at(time),
})

/** What was spent when, and when somebody looked. */
export interface Story {
  readonly bornAt: number
  readonly spent: ReadonlyArray<readonly [time: number, amount: number]>
  readonly looks: ReadonlyArray<number>
}

const upTo = (story: Story, from: number, time: number): Picodollars =>
  dollars(story.spent.filter(([when]) => when >= from && when <= time).reduce((sum, [, amount]) => sum + amount, 0))

/** What whoever looked at these times knows: a state of facts and readings, each as of the moment that it was asked. */
export const lookedAt = (story: Story): { readonly spending: SpendState | null; readonly readings: ReadonlyArray<TotalReading> } => {
  let spending: SpendState = newborn(at(story.bornAt))
  let readings: ReadonlyArray<TotalReading> = []
  for (const time of story.looks) {
    const counter = (kind: 'day' | 'week' | 'month'): Picodollars => upTo(story, windowStart(kind, at(time)), time)
    const total = upTo(story, 0, time)
    const events = decideReading(spending, { at: at(time), total, day: counter('day'), week: counter('week'), month: counter('month') })
    for (const event of events) spending = evolveSpend(spending, event) ?? spending
    readings = withReading(readings, { at: at(time), total })
  }
  const last = story.looks[story.looks.length - 1]
  return { spending: last === undefined ? null : seenAgain(spending, at(last)), readings }
}

export const seenOf = (events: ReadonlyArray<KeyEvent>, story: Story, more: Partial<KeySeen> = {}): KeySeen => ({
  name: seenName,
  state: fold(keyDecider, keyDecider.initial, events),
  events,
  ...lookedAt(story),
  freshFor: null,
  ...more,
})

/** A decider under which each fact begins anew: a second taking over stands in for a change of the limits, or a new life. */
export const anew = { initial: keyDecider.initial, evolve: (_state: KeyState, event: KeyEvent) => keyDecider.evolve(keyDecider.initial, event) }
