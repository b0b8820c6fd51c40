import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { Alerts } from './alerts/alerts.js'
import type { VaultError } from './errors.js'
import type { RotateDueReport } from './rotations/rotation-reports.js'
import type { RotateDueOptions, Vault, WatchOptions } from './vault.js'
import type { WatchReport } from './watch/watch-report.js'
import type { WatcherView } from './watcher-heartbeat.js'

/** A vault as it is opened from its folder: with its alerts. */
export interface OpenedVault extends Vault {
  readonly alerts: Alerts
  /** Whether a watcher is at work, and when it last was. */
  readonly watcher: () => TaskEither<VaultError, WatcherView>
  /** Replaces every key that its schedule in the `alerts` section says is due, a few at a time. Never stops at the first failure. */
  readonly rotateDue: (options?: RotateDueOptions) => TaskEither<VaultError, RotateDueReport>
  /** One pass of the watcher: readings, spent windows, alerts, and whatever is unfinished and due. */
  readonly watchOnce: (options?: WatchOptions) => TaskEither<VaultError, WatchReport>
  /** Passes, each with its report, a failed one too, until the vault's `stop` is aborted, or whoever iterates leaves the loop. Two watchers of one vault take turns. */
  readonly watch: (options?: WatchOptions) => AsyncIterable<WatchReport>
}
