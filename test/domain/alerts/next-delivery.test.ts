import { describe, expect, it } from 'vitest'

import type { AlertEvent } from '../../../src/domain/alerts/event.js'
import type { AlertRef, Subject } from '../../../src/domain/alerts/identity.js'
import { type DueChannel, nextDelivery, type Sending } from '../../../src/domain/alerts/next-delivery.js'
import { chat, claimed, dead, delivered, failed, mail, owner, raised, refs, several, subject, told } from './alert-story.js'
import { at } from './facts.js'

const channel: DueChannel = { name: mail, since: at(0) }
const always: Sending = { digestAbove: 5, quietOf: () => null }
/** The first hour of 1970 is quiet, and so is every moment of these stories. */
const quiet: Sending = { ...always, quietOf: () => ({ from: 0, to: 60 }) }

interface Asked {
  readonly to?: DueChannel
  readonly sending?: Sending
  readonly now?: number
  readonly gone?: boolean
}

const next = (events: ReadonlyArray<AlertEvent>, { to = channel, sending = always, now = 1_000, gone = false }: Asked = {}) =>
  nextDelivery(new Map([[subject, told(...events)]]), to, sending, at(now), (who) => gone && who === owner)

const due = (which: ReadonlyArray<AlertRef>, digest = false) => ({ _tag: 'Due', parcels: which.map((ref) => ({ subject, ref })), digest })
const later = (time: number) => ({ _tag: 'Later', at: time })
const none = { _tag: 'None' }
const [first, second, third] = refs(3)
const only = (...which: ReadonlyArray<AlertRef | undefined>) => which.flatMap((ref) => ref ?? [])

describe('what a channel is sent next', () => {
  it('is nothing where nothing was raised', () => {
    expect(next([])).toEqual(none)
    expect(nextDelivery(new Map(), channel, always, at(1), () => false)).toEqual(none)
  })

  it('is the alert that was raised first, of whatever subject', () => {
    const early = raised(50, { subject: 'account', rule: 'credit-low', threshold: '', scope: '' })
    const states = new Map<Subject, ReturnType<typeof told>>([[subject, told(...several(2))], ['account', told(early)]])
    expect(nextDelivery(states, channel, always, at(1_000), () => false)).toEqual({ _tag: 'Due', parcels: [{ subject: 'account', ref: 'account|credit-low|||r1|1' }], digest: false })
    expect(next([...several(2)].reverse())).toEqual(due(only(first)))
  })

  it.each<readonly [why: string, events: ReadonlyArray<AlertEvent>]>([
    ['delivered here', [...several(1), delivered(200, refs(1))]],
    ['given up here', [...several(1), dead(200, refs(1))]],
    ['muted when it was raised', [raised(101, {}, { muted: true })]],
    ['acknowledged', [...several(1), { type: 'AlertAcknowledged', alert: only(first)[0] ?? ('' as AlertRef), note: null, at: at(200) }]],
  ])('is not what was %s', (_, events) => {
    expect(next(events)).toEqual(none)
  })

  it('is what another channel has, and what was raised since it was added', () => {
    expect(next([...several(1), delivered(200, refs(1), chat), dead(300, refs(1), chat)])).toEqual(due(only(first)))
    expect(next(several(2), { to: { ...channel, since: at(101) } })).toEqual(due(only(first)))
    expect(next(several(2), { to: { ...channel, since: at(102) } })).toEqual(due(only(second)))
    expect(next(several(2), { to: { ...channel, since: at(103) } })).toEqual(none)
  })

  it('is, for a channel that comes back, what was raised since the first alert that it was ever sent', () => {
    const returning: DueChannel = { ...channel, since: at(500), returns: true }
    expect(next([...several(3)], { to: returning })).toEqual(none)
    expect(next([...several(3), delivered(200, only(second))], { to: returning })).toEqual(due(only(third)))
    expect(next([...several(3), delivered(200, only(third)), failed(201, only(second), 900)], { to: returning })).toEqual(due(only(second)))
    expect(next([...several(3), delivered(200, only(second))], { to: { ...returning, returns: false } })).toEqual(none)
    expect(next([...several(2), delivered(600, only(second))], { to: { ...returning, since: at(50) } })).toEqual(due(only(first)))
  })
})

describe('a claim of a channel', () => {
  it('is waited for until it ends, or its process is gone', () => {
    const events = [...several(1), claimed(200, 1_000)]
    expect(next(events, { now: 999 })).toEqual(later(1_000))
    expect(next(events, { now: 1_000 })).toEqual(due(only(first)))
    expect(next(events, { now: 999, gone: true })).toEqual(due(only(first)))
    expect(next([...several(1), claimed(200, 1_000, undefined, chat)], { now: 999 })).toEqual(due(only(first)))
  })
})

describe('quiet hours', () => {
  it('hold back all but what is critical, and are looked at anew after a minute', () => {
    expect(next(several(2), { sending: quiet })).toEqual(later(61_000))
    expect(next([...several(2), raised(300, { scope: 'day 9' }, { severity: 'critical' })], { sending: quiet })).toMatchObject({ parcels: [{ ref: `${subject}|threshold|80|day 9|r1|1` }] })
    expect(next(several(1), { sending: quiet, now: 60 * 60_000 })).toEqual(due(only(first)))
    expect(next([], { sending: quiet })).toEqual(none)
  })
})

describe('many alerts at once', () => {
  it('are one message where they are more than a digest begins with, and at most fifty', () => {
    expect(next(several(5))).toEqual(due(refs(1)))
    expect(next(several(6))).toEqual(due(refs(6), true))
    expect(next(several(60))).toEqual(due(refs(50), true))
  })

  const failing = (count: number) => [...several(60), ...Array.from({ length: count }, (_, n) => failed(200 + n, refs(1), 300)), delivered(400, refs(60).slice(59))]

  it.each([[0, 50], [1, 25], [2, 12], [4, 3]])('are, after %i failures, %i in one message', (failures, size) => {
    expect(next(failing(failures))).toEqual(due(refs(size), true))
  })

  it.each([5, 6, 12])('are, after %i failures, told one by one', (failures) => {
    expect(next(failing(failures))).toEqual(due(refs(1)))
  })
})

describe('a channel that failed', () => {
  it('is tried with one message, at the latest date that was named', () => {
    const events = [...several(9), failed(200, only(second), 700), failed(200, only(third), 600)]
    expect(next(events, { now: 699 })).toEqual(later(700))
    expect(next(events, { now: 700 })).toEqual(due(only(second)))
    expect(next([...several(9), failed(200, only(second), 600), failed(200, only(third), 700)], { now: 650 })).toEqual(later(700))
  })

  it('is back once it took something after it failed last', () => {
    const events = [...several(9), failed(200, only(third), 5_000)]
    expect(next([...events, delivered(201, only(second))])).toEqual(due(refs(9).filter((ref) => ref !== second), true))
    expect(next([...several(9), delivered(200, only(second)), failed(200, only(third), 5_000)])).toEqual(later(5_000))
    expect(next([...events, delivered(300, only(second)), delivered(100, only(first)), failed(250, only(third), 5_000)])).toMatchObject({ _tag: 'Due', digest: true })
    expect(next([...events, dead(300, only(second))])).toEqual(later(5_000))
  })
})
