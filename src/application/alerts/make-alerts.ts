import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Channel } from '../../domain/alerts/channels.js'
import type { AccountFacts } from '../../domain/alerts/facts.js'
import type { Subject } from '../../domain/alerts/identity.js'
import { isOwnRule, isRuleName, ruleNames } from '../../domain/alerts/rule.js'
import { incarnationOf } from '../../domain/key/view.js'
import { lineageOf } from '../../domain/shared/identifiers.js'
import type { Instant, Millis } from '../../domain/shared/instant.js'
import { invalidInput, type VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import type { Secret } from '../secret.js'
import { parseExpiry, parseName, parseNote } from '../use-cases/input.js'
import { isoOf } from '../view-key.js'
import type { AlertDeps } from './alert-deps.js'
import { transactAlerts } from './alert-store.js'
import { findAlert, listAlerts, mutesOf } from './alert-views.js'
import type { Alerts, MuteOptions, NewChannel, SentReport } from './alerts.js'
import { deliverAlerts } from './deliver-alerts.js'
import type { DeliveryReport } from './delivery-report.js'
import { evaluateAlerts } from './evaluate-alerts.js'
import { logFacts } from './log-facts.js'
import { addChannel, listChannels, type Registration, removeChannel, rotateCredential, testChannel } from './manage-channels.js'
import { ruleViews, sendingView } from './rule-views.js'
import { subscribeTo } from './subscribe.js'
import { tellDamage } from './tell-damage.js'

/** How registrations are checked and credentials combined: the channels' own business. */
export interface ChannelRules {
  readonly register: (channel: NewChannel) => TE.TaskEither<VaultError, Registration>
  readonly rotated: (old: Secret | null, key: Secret) => TE.TaskEither<VaultError, Secret>
}

/** The subject of a key's alerts now; the account's where no key is named. */
const subjectOf = (deps: AlertDeps, name: string | undefined): TE.TaskEither<VaultError, Subject> =>
  name === undefined
    ? TE.right('account')
    : pipe(
        TE.fromEither(parseName(name)),
        TE.bindTo('parsed'),
        TE.bind('loaded', ({ parsed }) => loadKey(deps, parsed)),
        TE.flatMap(({ parsed, loaded }) =>
          loaded.version === 0
            ? TE.left<VaultError, Subject>({ _tag: 'KeyNotFound', name: parsed })
            : TE.right<VaultError, Subject>(incarnationOf(loaded.state.stage)?.lineage ?? lineageOf(parsed, Math.max(1, loaded.state.lineages))),
        ),
      )

const checkRule = (rule: string | undefined): TE.TaskEither<VaultError, string | null> => {
  if (rule === undefined) return TE.right(null)
  return isRuleName(rule) || isOwnRule(rule)
    ? TE.right(rule)
    : TE.left(invalidInput({ field: 'rule', rule: `must be one of ${ruleNames.join(', ')}` }))
}

/** What is silent for longer than this is forgotten; a rule that is not wanted is off. */
const longestMute = 366 * 86_400_000

/** The rule for an end is that of an expiry; the field is another, and it is not far away. */
const muteEnd = (deps: AlertDeps, until: string): E.Either<VaultError, Instant> => {
  const now = deps.clock.now()
  return pipe(
    parseExpiry(until, now),
    E.mapLeft((error): VaultError => (error._tag === 'InvalidInput' ? { ...error, field: 'until' } : error)),
    E.filterOrElse(
      (end) => end <= now + longestMute,
      () => invalidInput({ field: 'until', rule: 'must lie within 366 days; alerts rules set <rule> off is without an end' }),
    ),
  )
}

const mute = (deps: AlertDeps, { name, rule, until, note }: MuteOptions): ReturnType<Alerts['mute']> =>
  pipe(
    TE.Do,
    TE.bind('subject', () => subjectOf(deps, name)),
    TE.bind('which', () => checkRule(rule)),
    TE.bind('end', () => TE.fromEither(muteEnd(deps, until))),
    TE.bind('why', () => TE.fromEither(parseNote(note))),
    TE.tap(({ subject, which, end, why }) =>
      transactAlerts(deps, new Map([[subject, { _tag: 'Mute', rule: which, until: end, note: why, at: deps.clock.now() }]])),
    ),
    TE.flatMap(({ subject }) => mutesOf(deps, subject)),
  )

const unmute = (deps: AlertDeps, { name, rule }: { readonly name?: string; readonly rule?: string }): ReturnType<Alerts['unmute']> =>
  pipe(
    TE.Do,
    TE.bind('subject', () => subjectOf(deps, name)),
    TE.bind('which', () => checkRule(rule)),
    TE.tap(({ subject, which }) => transactAlerts(deps, new Map([[subject, { _tag: 'Unmute', rule: which, at: deps.clock.now() }]]))),
    TE.flatMap(({ subject }) => mutesOf(deps, subject)),
  )

const acknowledge = (deps: AlertDeps, id: string, note: string | undefined): ReturnType<Alerts['acknowledge']> =>
  pipe(
    TE.fromEither(parseNote(note)),
    TE.bindTo('why'),
    TE.bind('found', () => findAlert(deps, id)),
    TE.tap(({ found, why }) =>
      transactAlerts(deps, new Map([[found.subject, { _tag: 'Acknowledge', alert: found.ref, note: why, at: deps.clock.now() }]])),
    ),
    TE.flatMap(({ found }) => findAlert(deps, found.view.id)),
    TE.map(({ view }) => view),
  )

const sentView = ({ delivered, failed, next }: DeliveryReport): SentReport => ({
  delivered,
  failed,
  next: next === null ? null : isoOf(next),
})

const deliver = (deps: AlertDeps): TE.TaskEither<VaultError, SentReport> => TE.map(sentView)(deliverAlerts(deps))

const replayOne = (deps: AlertDeps, id: string): TE.TaskEither<VaultError, void> =>
  pipe(
    findAlert(deps, id),
    TE.flatMap(({ subject, ref }) =>
      transactAlerts(deps, new Map([[subject, { _tag: 'Replay', alert: ref, channel: null, at: deps.clock.now() }]])),
    ),
    TE.map(() => undefined),
  )

const replay = (deps: AlertDeps, id: string | undefined): TE.TaskEither<VaultError, SentReport> =>
  pipe(
    id === undefined ? TE.map((dead: ReadonlyArray<{ readonly id: string }>) => dead.map((each) => each.id))(listAlerts(deps, { dead: true })) : TE.right([id]),
    TE.flatMap(TE.traverseSeqArray((each) => replayOne(deps, each))),
    TE.flatMap(() => deliver(deps)),
  )

const raised = (events: ReadonlyArray<{ readonly type: string }>): number => events.filter(({ type }) => type === 'AlertRaised').length

/** Raises what the log, and what a sweep found beside it, give rise to. */
export const reviewLog = (deps: AlertDeps, account: AccountFacts | null, freshFor: Millis | null = null): TE.TaskEither<VaultError, number> =>
  pipe(
    logFacts(deps, account, freshFor),
    TE.flatMap((facts) => evaluateAlerts(deps, facts)),
    TE.map(raised),
  )

const rotating = (deps: AlertDeps, { rotated }: ChannelRules, name: string, key: Secret): ReturnType<Alerts['rotateCredential']> =>
  rotateCredential(deps, name, (_channel: Channel, old) => rotated(old, key))

const adding = (deps: AlertDeps, { register }: ChannelRules, name: string, channel: NewChannel): ReturnType<Alerts['addChannel']> =>
  pipe(
    register(channel),
    TE.flatMap((registration) => addChannel(deps, name, registration)),
  )

/** The alerts of a vault over their ports. */
export const makeAlerts = (deps: AlertDeps, rules: ChannelRules): Alerts => ({
  list: (query = {}) => listAlerts(deps, query),
  show: (id) => pipe(findAlert(deps, id), TE.map(({ view }) => view)),
  acknowledge: (id, note) => acknowledge(deps, id, note),
  mute: (options) => mute(deps, options),
  unmute: (options = {}) => unmute(deps, options),
  replay: (id) => replay(deps, id),
  rules: () => TE.right(ruleViews(deps.policy, deps.policySource)),
  sending: () => TE.right(sendingView(deps.policy, deps.policySource)),
  channels: () => listChannels(deps),
  addChannel: (name, channel) => adding(deps, rules, name, channel),
  rotateCredential: (name, credential) => rotating(deps, rules, name, credential),
  removeChannel: (name) => removeChannel(deps, name),
  test: (name) => testChannel(deps, name),
  evaluate: (facts) => TE.map(raised)(evaluateAlerts(deps, facts)),
  review: () => reviewLog(deps, null),
  tellDamage: (damage) => tellDamage(deps, damage),
  deliver: () => deliver(deps),
  subscribe: () => subscribeTo(deps),
})
