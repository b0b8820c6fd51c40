import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { AlertFacts } from '../../domain/alerts/facts.js'
import type { ChannelKind } from '../../domain/vault/event.js'
import type { VaultError } from '../errors.js'
import type { LogAudit } from '../ports/log-audit.js'
import type { Secret } from '../secret.js'
import type { AlertQuery, AlertView, MuteView } from './alert-views.js'
import type { RuleView, SendingView } from './rule-views.js'
import type { DamageTold } from './tell-damage.js'

/** A place that alerts are sent to, as scripts see it: nothing of its credential. */
export interface ChannelView {
  readonly name: string
  readonly kind: ChannelKind
  readonly address: string
  readonly since: string
  readonly hasCredential: boolean
}

/** What a new channel is to be. `credential` holds whatever must not be seen: a URL with a token in it, a password, a signing key. */
export interface NewChannel {
  readonly kind: ChannelKind
  /** A URL, the path of a program, or nothing, as the kind needs. */
  readonly target?: string
  readonly credential?: Secret
}

/** What is to be silent. Nothing given: every rule of every key. */
export interface MuteOptions {
  readonly name?: string
  readonly rule?: string
  /** `8h`, `2d` or an ISO 8601 instant within 366 days; a mute without an end is no mute but a forgotten one. */
  readonly until: string
  readonly note?: string
}

/** What was sent, and when something is tried again. */
export interface SentReport {
  readonly delivered: number
  readonly failed: number
  readonly next: string | null
}

/** The alerts of a vault: what was raised, to whom it is sent, and what is silent. */
export interface Alerts {
  readonly list: (query?: AlertQuery) => TaskEither<VaultError, ReadonlyArray<AlertView>>
  /** By its id, or the beginning of it. */
  readonly show: (id: string) => TaskEither<VaultError, AlertView>
  /** Seen and taken care of: not sent any more where it still waits. */
  readonly acknowledge: (id: string, note?: string) => TaskEither<VaultError, AlertView>
  readonly mute: (options: MuteOptions) => TaskEither<VaultError, ReadonlyArray<MuteView>>
  readonly unmute: (options?: { readonly name?: string; readonly rule?: string }) => TaskEither<VaultError, ReadonlyArray<MuteView>>
  /** Sends again what a channel had given up; all of it where no id is given. */
  readonly replay: (id?: string) => TaskEither<VaultError, SentReport>
  /** Every rule as it is in force, and where that comes from. */
  readonly rules: () => TaskEither<VaultError, ReadonlyArray<RuleView>>
  /** Quiet hours and digests as they are in force. */
  readonly sending: () => TaskEither<VaultError, SendingView>
  readonly channels: () => TaskEither<VaultError, ReadonlyArray<ChannelView>>
  readonly addChannel: (name: string, channel: NewChannel) => TaskEither<VaultError, ChannelView>
  /** A new signing key for a webhook: messages bear both signatures until the next change. */
  readonly rotateCredential: (name: string, credential: Secret) => TaskEither<VaultError, ChannelView>
  readonly removeChannel: (name: string) => TaskEither<VaultError, ChannelView>
  /** Sends a test message to a channel now; nothing is recorded. */
  readonly test: (name: string) => TaskEither<VaultError, ChannelView>
  /** Raises what is news in these facts; gives how many alerts that were. For programs that gather facts of their own. */
  readonly evaluate: (facts: AlertFacts) => TaskEither<VaultError, number>
  /** Looks at the vault's own log and raises what is news in it: debts, drift, containments, expiries. */
  readonly review: () => TaskEither<VaultError, number>
  /** Tells of a damage that an audit found: by an alert in the log, or, where the log takes none, straight to every channel. */
  readonly tellDamage: (damage: LogAudit['damage']) => TaskEither<VaultError, DamageTold>
  /** Sends what is due to every channel. */
  readonly deliver: () => TaskEither<VaultError, SentReport>
  /** Alerts as they are raised from now on, by whichever process. Ends when the vault is closed or its `stop` is aborted. */
  readonly subscribe: () => AsyncIterable<AlertView>
}
