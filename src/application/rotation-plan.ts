import type { PublicState } from '../domain/key/view.js'
import type { LimitsView } from './reports.js'

/** What `rotate` would do. */
export interface RotationPlan {
  readonly name: string
  readonly state: PublicState
  readonly hash: string | null
  readonly label: string | null
  readonly limits: LimitsView
  readonly steps: ReadonlyArray<string>
}
