import type { PendingWork } from '../domain/key/view.js'
import type { VaultError } from './errors.js'
import type { ChangeOutcome } from './reports.js'
import type { LimitOptions } from './limit-options.js'
import type { ScheduleOptions } from './schedule-options.js'

/** What a key is to be. What is not spoken of stays as it is; of a new key it is no limit, the usual threshold, no tags, and replaced as the settings say. */
export interface DeclaredKeyOptions extends LimitOptions, ScheduleOptions {
  /** All of its tags. */
  readonly tags?: Readonly<Record<string, string>>
}

/** Keys by their names, as a `keys.yaml` declares them. */
export type DeclaredKeys = Readonly<Record<string, DeclaredKeyOptions>>

/** What is to become of keys that are not declared. */
export interface PlanOptions {
  /** Plan their removal. Default: they are named and left alone. */
  readonly prune?: boolean
}

/** How to apply a declaration. */
export interface ApplyOptions {
  /** Remove keys that are not declared: all, or those of these lineages alone, as a plan that somebody agreed to names them. */
  readonly prune?: boolean | ReadonlyArray<string>
}

/** What one step does with its key. */
export type KeyStepKind = 'add' | 'finish' | 'update-limits' | 'tag' | 'schedule' | 'remove'

/** One setting of a key as it is and as it is to be. Limits are dollars; `null` is none. */
export interface KeyChange {
  readonly field: string
  readonly from: string | number | null | ReadonlyArray<number>
  readonly to: string | number | null | ReadonlyArray<number>
}

/** One thing to do for one key. */
export interface KeyStep {
  readonly name: string
  readonly step: KeyStepKind
  /** Which life of the name a removal is about. */
  readonly lineage: string | null
  readonly changes: ReadonlyArray<KeyChange>
  /** What was begun earlier and is to be finished. */
  readonly pending: ReadonlyArray<PendingWork>
}

/** What would be done, in order. */
export interface KeyPlan {
  readonly steps: ReadonlyArray<KeyStep>
  /** Keys for which nothing can be done now, and why. */
  readonly blocked: ReadonlyArray<{ readonly name: string; readonly error: VaultError }>
  /** Keys that are held or owed and not declared. */
  readonly undeclared: ReadonlyArray<string>
}

/** What was done, in order; a step that fails ends its own key's work and nobody else's. */
export interface ApplyReport {
  readonly done: ReadonlyArray<KeyStep & { readonly outcome: ChangeOutcome; readonly events: number; readonly notes: ReadonlyArray<string> }>
  /** Begun and recorded; applying again, or reconcile, goes on with it. */
  readonly incomplete: ReadonlyArray<KeyStep & { readonly reason: string | null }>
  /** Nothing came of these; each key is as it was before the step. */
  readonly failed: ReadonlyArray<{ readonly name: string; readonly step: KeyStepKind | null; readonly error: VaultError }>
  /** Keys that were not come to, because the program was asked to stop or the vault itself failed. */
  readonly notTried: ReadonlyArray<string>
  readonly undeclared: ReadonlyArray<string>
}
