import type { Task } from 'fp-ts/lib/Task.js'

import type { Channel } from '../../domain/alerts/channels.js'
import type { OwnRule } from '../../domain/alerts/conditions.js'
import type { AlertPolicy } from '../../domain/alerts/policy.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { LocalDeps } from '../deps.js'
import type { AlertChannel, OpenChannel } from '../ports/alert-channel.js'
import type { PolicySource } from './rule-views.js'

/** A channel that a library user brings. It gets what is raised from the first alert on that it was ever sent, or while it is there. */
export interface OwnChannel {
  readonly channel: Channel
  readonly deliver: AlertChannel['deliver']
}

/** What alerts need beside the vault's own parts. */
export interface AlertParts {
  /** SHA-256 of a text, in hex. */
  readonly digest: (text: string) => string
  readonly openChannel: OpenChannel
  readonly policy: AlertPolicy
  /** Where the policy comes from, for whoever asks. */
  readonly policySource: PolicySource
  /** Sends what was wished for a key; what it comes to is in the log. Null where nobody is reached: a reconcile does it. */
  readonly fulfil: ((name: KeyName, wished: ReadonlyArray<KeyEvent>) => Task<void>) | null
  readonly ownRules: ReadonlyArray<OwnRule>
  readonly ownChannels: ReadonlyArray<OwnChannel>
}

export type AlertDeps = LocalDeps & AlertParts
