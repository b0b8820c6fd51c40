import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { type AlertCommand, alertDecider, type DeliveryOutcome } from '../../../src/domain/alerts/alert-decider.js'
import type { AlertEvent } from '../../../src/domain/alerts/event.js'
import { type AlertRef, refOf } from '../../../src/domain/alerts/identity.js'
import { isMuted } from '../../../src/domain/alerts/state.js'
import { alertIn, caseOf, chat, claimed, dead, delivered, failed, identity, mail, mine, owner, raised, theirs, told } from './alert-story.js'
import { at, dayLength } from './facts.js'

const ref = refOf(identity())
const other = refOf(identity({ scope: 'day 2' }))
const unknown = 'nobody|knows|it|||1' as AlertRef
const two = [raised(101), raised(102, { scope: 'day 2' })]
const nothing = left({ _tag: 'NothingNew' })

const answer = (command: AlertCommand, ...events: ReadonlyArray<AlertEvent>) => alertDecider.decide(command, told(...events))

describe('the claim of a channel', () => {
  const claim = (time: number, overDead = false): AlertCommand => ({ _tag: 'ClaimDelivery', channel: mail, attempt: theirs, alerts: [ref], owner, until: at(900), overDead, at: at(time) })
  const given = (time: number) => right([{ type: 'DeliveryClaimed', channel: mail, attempt: theirs, alerts: [ref], owner, claimUntil: 900, at: time }])
  const inFlight = left({ _tag: 'InFlight', until: 500 })

  it('is given where nobody has one that stands', () => {
    expect(answer(claim(300), ...two)).toEqual(given(300))
    expect(answer(claim(300), claimed(200, 500, mine, chat))).toEqual(given(300))
    expect(answer(claim(499), claimed(200, 500))).toEqual(inFlight)
    expect(answer(claim(500), claimed(200, 500))).toEqual(given(500))
    expect(answer(claim(499, true), claimed(200, 500))).toEqual(given(499))
  })

  it.each([delivered(250, [ref]), failed(250, [ref]), dead(250, [ref])])('ends with what came of it: $type', (outcome) => {
    expect(answer(claim(300), ...two, claimed(200, 500), outcome)).toEqual(given(300))
  })
})

describe('the outcome of a delivery', () => {
  const record = (outcome: DeliveryOutcome, time = 300, alerts: ReadonlyArray<AlertRef> = [ref]): AlertCommand => ({ _tag: 'RecordDelivery', channel: mail, attempt: mine, alerts, outcome, at: at(time) })
  const taken: DeliveryOutcome = { _tag: 'Delivered' }
  const broken: DeliveryOutcome = { _tag: 'Failed', cause: 'no answer', hopeless: false, retryAt: at(400) }
  const hopeless: DeliveryOutcome = { ...broken, hopeless: true }
  const isDelivered = (alerts: ReadonlyArray<AlertRef> = [ref]) => right([{ type: 'AlertDelivered', channel: mail, alerts, at: 300 }])
  const failing = (alerts: ReadonlyArray<AlertRef> = [ref], time = 300) => ({ type: 'DeliveryFailed', channel: mail, alerts, cause: 'no answer', retryAt: 400, at: time })
  const givenUp = (alerts: ReadonlyArray<AlertRef> = [ref], time = 300) => ({ type: 'DeliveryDeadLettered', channel: mail, alerts, cause: 'no answer', at: time })

  it('is recorded of what was not delivered yet', () => {
    expect(answer(record(taken), ...two, claimed(200, 500))).toEqual(isDelivered())
    expect(answer(record(taken, 300, [ref, other]), ...two, claimed(200, 500), delivered(210, [ref]))).toEqual(isDelivered([other]))
    expect(answer(record(taken), ...two, claimed(200, 500), delivered(210, [ref]))).toEqual(nothing)
    expect(answer(record(broken), ...two, delivered(210, [ref]))).toEqual(nothing)
    expect(answer(record(taken), ...two, delivered(210, [ref], chat))).toEqual(isDelivered())
    expect(answer(record(taken, 300, [unknown]), ...two)).toEqual(isDelivered([unknown]))
  })

  it('counts as delivered whoever has the claim by now, and as failed only for who has it', () => {
    expect(answer(record(taken), ...two, claimed(200, 500, theirs))).toEqual(isDelivered())
    expect(answer(record(broken), ...two, claimed(200, 500))).toEqual(right([failing()]))
    expect(answer(record(broken), ...two, claimed(200, 500, theirs))).toEqual(left({ _tag: 'Superseded' }))
    expect(answer(record(broken), ...two)).toEqual(left({ _tag: 'Superseded' }))
  })

  it('is given up after three refusals', () => {
    const refusals = (count: number) => [...two, ...Array.from({ length: count }, (_, n) => failed(200 + n, [ref])), claimed(290, 500)]
    for (const count of [0, 1]) expect(answer(record(hopeless), ...refusals(count))).toEqual(right([failing()]))
    for (const count of [2, 3]) expect(answer(record(hopeless), ...refusals(count))).toEqual(right([givenUp()]))
    expect(answer(record(broken), ...refusals(9))).toEqual(right([failing()]))
  })

  it('is given up after four days without an answer', () => {
    const end = 200 + 4 * dayLength
    const events = [...two, failed(200, [ref]), failed(end - 10, [ref]), claimed(end - 5, end + 5)]
    expect(answer(record(broken, end - 1), ...events)).toEqual(right([failing([ref], end - 1)]))
    expect(answer(record(broken, end), ...events)).toEqual(right([givenUp([ref], end)]))
    expect(answer(record(hopeless, end), ...two, failed(200, [ref]), claimed(end - 5, end + 5))).toEqual(right([failing([ref], end)]))
  })

  it('is told apart for the alerts of one message', () => {
    const events = [...two, failed(200, [ref]), failed(201, [ref]), claimed(290, 500)]
    expect(answer(record(hopeless, 300, [other, ref]), ...events)).toEqual(right([failing([other]), givenUp([ref])]))
  })
})

describe('a command for one alert', () => {
  const replay = (alert = ref, channel: typeof mail | null = null): AlertCommand => ({ _tag: 'Replay', alert, channel, at: at(300) })
  const replayed = (channel = mail) => ({ type: 'DeliveryReplayed', channel, alerts: [ref], at: 300 })

  it('sends it again where it was given up, by one channel or by all', () => {
    const given = [...two, dead(200, [ref]), dead(200, [ref], chat)]
    expect(answer(replay(), ...given)).toEqual(right([replayed(), replayed(chat)]))
    expect(answer(replay(ref, chat), ...given)).toEqual(right([replayed(chat)]))
    expect(answer(replay(), ...two, dead(200, [ref]), failed(200, [ref], 300, chat))).toEqual(right([replayed()]))
    expect(answer(replay(ref, chat), ...two, dead(200, [ref]), delivered(200, [ref], chat))).toEqual(nothing)
    expect(answer(replay(other), ...given)).toEqual(nothing)
    expect(answer(replay(unknown), ...given)).toEqual(left({ _tag: 'NoSuchAlert' }))
  })

  it('acknowledges it once', () => {
    const acknowledge = (alert: AlertRef): AlertCommand => ({ _tag: 'Acknowledge', alert, note: 'mine', at: at(300) })
    const known: AlertEvent = { type: 'AlertAcknowledged', alert: ref, note: 'mine', at: at(300) }
    expect(answer(acknowledge(ref), ...two)).toEqual(right([known]))
    expect(answer(acknowledge(ref), ...two, known)).toEqual(nothing)
    expect(answer(acknowledge(unknown), ...two)).toEqual(left({ _tag: 'NoSuchAlert' }))
  })

  it('takes its action once, and only where one is due', () => {
    const take = (alert: AlertRef): AlertCommand => ({ _tag: 'TakeAction', alert, outcome: 'contained', at: at(300) })
    const due: AlertEvent = { type: 'AlertActionDue', alert: ref, at: at(200) }
    const done: AlertEvent = { type: 'AlertActionTaken', alert: ref, outcome: 'contained', at: at(300) }
    expect(answer(take(ref), ...two)).toEqual(nothing)
    expect(answer(take(ref), ...two, due)).toEqual(right([done]))
    expect(answer(take(ref), ...two, due, done)).toEqual(nothing)
    expect(answer(take(unknown), ...two, due)).toEqual(nothing)
  })
})

describe('a mute', () => {
  const muted = (rule: string | null, until = 900): AlertEvent => ({ type: 'AlertsMuted', rule, until: at(until), note: 'a test', at: at(300) })
  const unmuted = (rule: string | null): AlertEvent => ({ type: 'AlertsUnmuted', rule, at: at(300) })
  const mute = (rule: string | null): AlertCommand => ({ _tag: 'Mute', rule, until: at(900), note: 'a test', at: at(300) })
  const unmute = (rule: string | null): AlertCommand => ({ _tag: 'Unmute', rule, at: at(300) })

  it.each([null, 'spike'])('of %s is said once, and taken back once', (rule) => {
    expect(answer(mute(rule))).toEqual(right([muted(rule)]))
    expect(answer(mute(rule), muted(rule))).toEqual(nothing)
    expect(answer(mute(rule), muted(rule, 800))).toEqual(right([muted(rule)]))
    expect(answer(mute(rule), muted('debt'))).toEqual(right([muted(rule)]))
    expect(answer(unmute(rule))).toEqual(nothing)
    expect(answer(unmute(rule), muted(rule))).toEqual(right([unmuted(rule)]))
    expect(answer(unmute(rule), muted(rule), unmuted(rule))).toEqual(nothing)
  })

  it('holds until its end, for its rule or for every one', () => {
    const standing = (state: ReturnType<typeof told>, time: number) => ['spike', 'debt'].map((rule) => isMuted(state.mutes, rule, at(time)))
    expect(standing(told(muted('spike')), 899)).toEqual([true, false])
    expect(standing(told(muted('spike')), 900)).toEqual([false, false])
    expect(standing(told(muted(null)), 899)).toEqual([true, true])
    expect(standing(told(muted(null), muted('spike', 500)), 899)).toEqual([true, true])
    expect(standing(told(muted(null), unmuted(null)), 899)).toEqual([false, false])
  })
})

describe('an alert', () => {
  const stood = (...events: ReadonlyArray<AlertEvent>) => alertIn(told(...two, ...events))?.deliveries.get(mail)
  const failing = (failures: number, time: number) => ({ _tag: 'Failing', failures, since: 200, at: time, retryAt: time + 10, cause: `failed at ${time}` })

  it('keeps how it stands with each channel', () => {
    expect(stood()).toBeUndefined()
    expect(stood(failed(200, [ref]))).toEqual(failing(1, 200))
    expect(stood(failed(200, [ref]), failed(220, [ref]))).toEqual(failing(2, 220))
    expect(stood(dead(150, [ref]), failed(200, [ref]))).toEqual(failing(1, 200))
    expect(stood(delivered(210, [ref]))).toEqual({ _tag: 'Delivered', at: 210 })
    expect(stood(dead(210, [ref]))).toEqual({ _tag: 'Dead', at: 210, cause: 'given up' })
    expect(stood(failed(200, [other]), dead(210, [ref], chat))).toBeUndefined()
    expect(stood(dead(210, [ref]), { type: 'DeliveryReplayed', channel: mail, alerts: [ref], at: at(220) })).toBeUndefined()
  })

  it('stays delivered, whatever is heard of other attempts', () => {
    expect(stood(delivered(210, [ref]), failed(220, [ref]))).toEqual({ _tag: 'Delivered', at: 210 })
    expect(stood(delivered(210, [ref]), dead(220, [ref]))).toEqual({ _tag: 'Delivered', at: 210 })
  })

  it('is as it was raised, until it is acknowledged, acted on or cleared', () => {
    const fresh = { ref, identity: identity(), name: 'ci-bot', severity: 'warning', text: raised(1).text, raisedAt: 101, muted: false, acknowledged: null, clearedAt: null, deliveries: new Map(), action: null }
    expect(alertIn(told(...two))).toEqual(fresh)
    expect(alertIn(told(...two, { type: 'AlertAcknowledged', alert: ref, note: 'seen', at: at(200) }))).toEqual({ ...fresh, acknowledged: { at: 200, note: 'seen' } })
    expect(alertIn(told(...two, { type: 'AlertActionDue', alert: ref, at: at(200) }))).toEqual({ ...fresh, action: 'due' })
    expect(alertIn(told(...two, { type: 'AlertActionTaken', alert: ref, outcome: 'contained', at: at(200) }))).toEqual({ ...fresh, action: 'taken' })
    expect(alertIn(told(...two, { type: 'AlertCleared', case: caseOf(), asOf: at(199), at: at(200) }))).toEqual({ ...fresh, clearedAt: 200 })
    expect(alertIn(told(...two), other)).toMatchObject({ ref: other, raisedAt: 102 })
  })

  it('that nobody knows is changed by nothing', () => {
    const state = told(...two)
    const facts: ReadonlyArray<AlertEvent> = [
      { type: 'AlertAcknowledged', alert: unknown, note: null, at: at(200) },
      { type: 'AlertActionDue', alert: unknown, at: at(200) },
      { type: 'AlertCleared', case: caseOf({ scope: 'day 3' }), asOf: at(199), at: at(200) },
      delivered(200, [unknown]),
    ]
    for (const fact of facts) expect(alertDecider.evolve(state, fact)).toEqual(state)
  })
})
