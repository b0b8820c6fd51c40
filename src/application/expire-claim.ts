import type { KeyCommand } from '../domain/key/command.js'
import type { KeyState } from '../domain/key/state.js'
import { plus } from '../domain/shared/instant.js'
import type { LocalDeps } from './deps.js'

type Expiring = Pick<LocalDeps, 'clock' | 'timing' | 'process' | 'protocol'>

/**
 * The command that closes a claim whose owner never reported: its time is up, or its process is dead. A lost create may
 * still be born for the settle time after its last moment of sending. `null` while somebody may still be at it.
 */
export const expireClaim = (deps: Expiring, state: KeyState): KeyCommand | null => {
  const at = deps.clock.now()
  const next = deps.protocol.decider.nextStep(state, at)
  const { settle } = deps.timing
  if (next._tag === 'Due' && next.step._tag === 'CloseClaim') {
    const { attempt, until } = next.step
    return { _tag: 'ExpireClaim', attempt, ownerGone: false, settleUntil: plus(until, settle), at }
  }
  if (next._tag !== 'Later' || next.why !== 'in-flight' || !deps.process.isGone(next.owner)) return null
  return { _tag: 'ExpireClaim', attempt: next.attempt, ownerGone: true, settleUntil: plus(at, settle), at }
}
