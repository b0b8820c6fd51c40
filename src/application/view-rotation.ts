import type { AlertPolicy } from '../domain/alerts/policy.js'
import { plannedRotation } from '../domain/alerts/rotation-date.js'
import type { Schedule } from '../domain/key/schedule.js'
import type { KeyState } from '../domain/key/state.js'
import { incarnationOf } from '../domain/key/view.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import type { RotationView } from './reports.js'
import { spanText } from './span-text.js'

/** A schedule in the words of the settings. */
export const scheduleWords = ({ after, byWatcher }: Schedule): Pick<RotationView, 'rotateAfter' | 'rotate'> => ({
  rotateAfter: after === null ? null : after === 'never' ? 'off' : spanText(after),
  rotate: byWatcher === null ? null : byWatcher ? 'on' : 'off',
})

/** Of a name that no key has. */
export const noRotation: RotationView = { rotateAfter: null, rotate: null, dueAt: null, byWatcher: false }

/** When the key of a name is to be replaced, under this policy. */
export const viewRotation = (name: KeyName, { stage }: KeyState, policy: AlertPolicy): RotationView => {
  const incarnation = incarnationOf(stage)
  if (incarnation === null) return noRotation
  const words = scheduleWords(incarnation.schedule)
  if (stage._tag !== 'Held') return { ...noRotation, ...words }
  const { byWatcher, date } = plannedRotation(policy, name, incarnation)
  return { ...words, dueAt: date === null ? null : new Date(date.at).toISOString(), byWatcher }
}
