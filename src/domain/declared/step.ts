import type { Schedule, SchedulePatch } from '../key/schedule.js'
import type { Tags, TagsPatch } from '../key/tags.js'
import type { PendingWork, PublicState } from '../key/view.js'
import type { InvalidValue } from '../shared/brand.js'
import type { KeyName, Lineage } from '../shared/identifiers.js'
import type { LimitsPatch, SpendLimits } from '../spend/limits.js'

/** Why nothing can be done for a declared key before somebody else has done something. */
export type Obstacle =
  | { readonly _tag: 'BeingRemoved' }
  /** OpenRouter has it no more. */
  | { readonly _tag: 'Vanished' }
  /** What is declared contradicts what is not spoken of and stays. */
  | { readonly _tag: 'LimitsInvalid'; readonly problem: InvalidValue }

/** One thing between what is declared and what is held. Each is what one command would do by itself. */
export type Step =
  | { readonly _tag: 'Add'; readonly name: KeyName; readonly limits: SpendLimits; readonly tags: Tags }
  /** What was begun before is to be finished or undone first. */
  | { readonly _tag: 'Finish'; readonly name: KeyName; readonly pending: ReadonlyArray<PendingWork> }
  | {
      readonly _tag: 'ChangeLimits'
      readonly name: KeyName
      readonly before: SpendLimits
      readonly after: SpendLimits
      readonly patch: LimitsPatch
    }
  | { readonly _tag: 'ChangeTags'; readonly name: KeyName; readonly before: Tags; readonly after: Tags; readonly patch: TagsPatch }
  | { readonly _tag: 'ChangeSchedule'; readonly name: KeyName; readonly before: Schedule; readonly after: Schedule; readonly patch: SchedulePatch }
  | { readonly _tag: 'Remove'; readonly name: KeyName; readonly lineage: Lineage; readonly state: PublicState }
  | { readonly _tag: 'Blocked'; readonly name: KeyName; readonly by: Obstacle }
