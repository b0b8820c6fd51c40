import type { KeyCommand } from '../domain/key/command.js'
import type { Effect, KeyEvent } from '../domain/key/event.js'
import type { RemotePolicy } from '../domain/key/remote-policy.js'
import type { KeyState } from '../domain/key/state.js'
import type { AttemptId, KeyHash, Nonce } from '../domain/shared/identifiers.js'
import type { Instant } from '../domain/shared/instant.js'

/** A command that was accepted, and the events that it gave. */
export interface KeyTurn {
  readonly command: KeyCommand
  readonly events: ReadonlyArray<KeyEvent>
}

/** One decision of the world: what happens next, and a number that picks among its outcomes. */
export interface WalkMove {
  readonly kind: 'step' | 'report' | 'owner' | 'wait'
  readonly choice: number
}

/** A request that is on its way, or was lost. */
export type OpenRequest =
  | { readonly effect: 'create'; readonly attempt: AttemptId; readonly nonce: Nonce; readonly hash: KeyHash }
  | { readonly effect: Effect; readonly attempt: AttemptId; readonly hash: KeyHash; readonly policy: RemotePolicy | null }

/** Where a walk is. */
export interface Walk {
  readonly state: KeyState
  readonly now: Instant
  readonly serial: number
  readonly open: ReadonlyArray<OpenRequest>
  readonly turns: ReadonlyArray<KeyTurn>
}

/** Milliseconds after an instant. */
export const later = (from: number, milliseconds: number): Instant => (from + milliseconds) as Instant
