import type { ChangeReport } from '../reports.js'

/** A key whose schedule wants it replaced by now. */
export interface DueKey {
  readonly name: string
  /** `age`: by `rotateAfter`. `expiry`: it expires soon, and `rotate` is on. */
  readonly why: 'age' | 'expiry'
  readonly since: string
  /** Why it is left as it is; null: nothing is against it. */
  readonly heldBack: string | null
}

/** What came of replacing the keys that were due. */
export interface RotateDueReport {
  readonly due: ReadonlyArray<DueKey>
  /** One report for each key that was replaced, or whose replacement goes on. */
  readonly rotations: ReadonlyArray<ChangeReport>
  /** Keys that are as before, or not replaced for good; `error` is the tag of a `VaultError`. */
  readonly failed: ReadonlyArray<{ readonly name: string; readonly error: string; readonly reason: string }>
}
