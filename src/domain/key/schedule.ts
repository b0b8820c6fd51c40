import type { Millis } from '../shared/instant.js'

/** When its owner wants a key replaced, whatever the policy for all keys says; `null` is as that says. */
export interface Schedule {
  /** How old its secret may become; `never`: its age makes no rotation due. */
  readonly after: Millis | 'never' | null
  /** Whether the watcher is to replace it. */
  readonly byWatcher: boolean | null
}

/** What to change of it: what is left out stays. */
export interface SchedulePatch {
  readonly after?: Schedule['after']
  readonly byWatcher?: Schedule['byWatcher']
}

/** Of a key of which nobody said when to replace it. */
export const noSchedule: Schedule = { after: null, byWatcher: null }

export const patchSchedule = (schedule: Schedule, { after, byWatcher }: SchedulePatch): Schedule => ({
  after: after === undefined ? schedule.after : after,
  byWatcher: byWatcher === undefined ? schedule.byWatcher : byWatcher,
})

export const sameSchedule = (a: Schedule, b: Schedule): boolean => a.after === b.after && a.byWatcher === b.byWatcher
