import { isRight } from 'fp-ts/lib/Either.js'

import type { Millis } from '../../domain/shared/instant.js'
import type { AlertDeps } from './alert-deps.js'
import { type AlertView, listAlerts } from './alert-views.js'

const pause = 2_000 as Millis

/**
 * Alerts as they appear in the log from now on, each once, whichever process raised it. The log is read every two seconds; a log
 * that cannot be read for a while is asked again. Ends when the program was asked to stop, or whoever iterates leaves the loop.
 */
export const subscribeTo = async function* (deps: AlertDeps): AsyncGenerator<AlertView, void, void> {
  const seen = new Set<string>()
  const looks: Array<'done'> = []
  while (!deps.process.stopping()) {
    const now = await listAlerts(deps, { all: true })()
    const fresh = isRight(now) ? now.right.filter(({ id }) => !seen.has(id)) : []
    for (const alert of fresh) {
      seen.add(alert.id)
      if (looks.length > 0) yield alert
    }
    if (isRight(now)) looks.push('done')
    await deps.clock.sleep(pause)()
  }
}
