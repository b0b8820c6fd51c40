import type { OwnerCommand } from './command.js'
import { type Decision, facts, refuse } from './decide-owner.js'
import { patchSchedule, sameSchedule } from './schedule.js'
import type { KeyState } from './state.js'
import { incarnationOf } from './view.js'

type ChangeSchedule = Extract<OwnerCommand, { readonly _tag: 'ChangeSchedule' }>

/** A schedule is ours alone, as tags are: nothing is asked of OpenRouter, and nobody's claim is in the way. */
export const onChangeSchedule = ({ patch, at }: ChangeSchedule, { stage }: KeyState): Decision => {
  const incarnation = incarnationOf(stage)
  if (incarnation === null || stage._tag === 'Removed') return refuse({ _tag: 'NotFound' })
  const schedule = patchSchedule(incarnation.schedule, patch)
  return sameSchedule(incarnation.schedule, schedule) ? refuse({ _tag: 'AlreadySettled' }) : facts({ type: 'RotationScheduled', ...schedule, at })
}
