import type * as T from 'fp-ts/lib/Task.js'

import { between, type Instant } from '../domain/shared/instant.js'
import type { Deps } from './deps.js'

/** A date that the settle time cannot explain: the clock was ahead when it was recorded, and was put right since. */
export const isFromAnotherClock = (deps: Pick<Deps, 'clock' | 'timing'>, date: Instant): boolean =>
  between(deps.clock.now(), date) > deps.timing.settle

/** Waits out the settle time on the monotonic clock: whatever was recorded before now is settled then, whatever its date says. */
export const waitToSettle = (deps: Pick<Deps, 'clock' | 'timing'>): T.Task<void> => deps.clock.sleep(deps.timing.settle)
