import type { VaultError } from '../errors.js'
import type { ReconcileReport } from '../reports.js'

/** What one pass did about keys that are due. */
export interface ScheduledRotations {
  /** Begun in this pass; `finished` and `outstanding` tell how they go on. */
  readonly begun: ReadonlyArray<string>
  /** How many more are due and are left for the next passes. */
  readonly waiting: number
  /** Due, and not begun until what `reason` says is over. */
  readonly heldBack: ReadonlyArray<{ readonly name: string; readonly reason: string }>
}

/** What one pass of the watcher came to. Money is dollars, times are UTC ISO 8601. */
export interface WatchReport {
  /** When the pass began. */
  readonly at: string
  /** `standby`: another watcher is at work. `failed`: OpenRouter or the vault could not be read; `problem` says why. */
  readonly state: 'passed' | 'standby' | 'failed'
  readonly problem: string | null
  /** How many keys of this vault the account listed. */
  readonly keys: number
  /** Contained because a window is spent that only a watcher counts, and lifted because it turned. */
  readonly contained: ReadonlyArray<string>
  readonly lifted: ReadonlyArray<string>
  /** Keys whose schedule has them rotated. */
  readonly rotations: ScheduledRotations
  /** What the account has left; null: OpenRouter did not say. */
  readonly credit: number | null
  readonly finished: ReconcileReport['finished']
  readonly undone: ReconcileReport['undone']
  readonly orphansRevoked: ReconcileReport['orphansRevoked']
  readonly unheld: ReconcileReport['unheld']
  readonly drift: ReconcileReport['drift']
  readonly outstanding: ReconcileReport['outstanding']
  readonly alerts: { readonly raised: number; readonly delivered: number; readonly failed: number }
}

/** A pass that found nothing. */
export const emptyReport = (at: string): WatchReport => ({
  at,
  state: 'passed',
  problem: null,
  keys: 0,
  contained: [],
  lifted: [],
  rotations: { begun: [], waiting: 0, heldBack: [] },
  credit: null,
  finished: [],
  undone: [],
  orphansRevoked: [],
  unheld: [],
  drift: [],
  outstanding: [],
  alerts: { raised: 0, delivered: 0, failed: 0 },
})

const problemOf = (error: VaultError): string => {
  if ('message' in error) return error.message
  return 'rule' in error ? `${error.field} ${error.rule}` : error._tag
}

export const failedReport = (at: string, error: VaultError): WatchReport => ({
  ...emptyReport(at),
  state: 'failed',
  problem: problemOf(error),
})
