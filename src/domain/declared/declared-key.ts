import type { SchedulePatch } from '../key/schedule.js'
import type { Tags } from '../key/tags.js'
import type { KeyName } from '../shared/identifiers.js'
import type { LimitsPatch } from '../spend/limits.js'

/** What somebody wrote down of a key. What is not spoken of stays as it is: silence must not lift a limit. */
export interface DeclaredKey {
  readonly name: KeyName
  readonly limits: LimitsPatch
  /** All of its tags; `null` where nothing is said of them. */
  readonly tags: Tags | null
  /** When it is to be replaced, and by whom. */
  readonly schedule: SchedulePatch
}
