import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import type { SchedulePatch } from '../../domain/key/schedule.js'
import type { Millis } from '../../domain/shared/instant.js'
import { invalidInput, type VaultError } from '../errors.js'
import type { ScheduleOptions } from '../schedule-options.js'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
/** As everywhere in the settings, see `schema/config.schema.json`. */
const span = /^([1-9]\d{0,4})([mhdw])$/
const afterRule = 'must be a span such as 90d, off for no age, or null for what the settings say'

const parseAfter = (given: unknown): E.Either<VaultError, Pick<SchedulePatch, 'after'>> => {
  if (given === null) return E.right({ after: null })
  if (given === 'off') return E.right({ after: 'never' })
  const [, count, unit] = span.exec(typeof given === 'string' ? given : '') ?? []
  const length = Number(count) * (units[unit ?? ''] ?? Number.NaN)
  return Number.isFinite(length) ? E.right({ after: length as Millis }) : E.left(invalidInput({ field: 'rotateAfter', rule: afterRule }))
}

const parseBy = (given: unknown): E.Either<VaultError, Pick<SchedulePatch, 'byWatcher'>> =>
  given === null || given === 'on' || given === 'off'
    ? E.right({ byWatcher: given === null ? null : given === 'on' })
    : E.left(invalidInput({ field: 'rotate', rule: 'must be on, off, or null for what the settings say' }))

/** What was said of when to replace a key. */
export const parseSchedule = ({ rotate, rotateAfter }: ScheduleOptions): E.Either<VaultError, SchedulePatch> =>
  pipe(
    E.Do,
    E.bind('after', () => (rotateAfter === undefined ? E.right({}) : parseAfter(rotateAfter))),
    E.bind('by', () => (rotate === undefined ? E.right({}) : parseBy(rotate))),
    E.map(({ after, by }): SchedulePatch => ({ ...after, ...by })),
  )
