import { isLeft } from 'fp-ts/lib/Either.js'
import { beforeEach, describe, expect, it } from 'vitest'

import type { AlertDeps } from '../../src/application/alerts/alert-deps.js'
import { deliverAlerts } from '../../src/application/alerts/deliver-alerts.js'
import { evaluateAlerts, prepareAlerts } from '../../src/application/alerts/evaluate-alerts.js'
import { makeAlerts } from '../../src/application/alerts/make-alerts.js'
import type { Alerts } from '../../src/application/alerts/alerts.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { dayLength, hour, minute } from '../domain/alerts/facts.js'
import { type AlertBench, makeAlertBench, using, valueOf } from './alert-bench.js'

const never = () => {
  throw new Error('no channel is registered here')
}
const faceOf = (deps: AlertDeps): Alerts => makeAlerts(deps, { register: never, rotated: never })

let bench: AlertBench
beforeEach(() => {
  bench = makeAlertBench()
})

const evaluate = (keys: Readonly<Record<string, number>>, deps = bench.process()) =>
  valueOf(
    evaluateAlerts(deps, {
      now: bench.now() as Instant,
      keys: Object.entries(keys).map(([name, percent]) => using(name, percent, bench.now())),
      account: null,
    }),
  )
const deliver = (deps = bench.process()) => valueOf(deliverAlerts(deps))
const taken = (channel: string) =>
  bench.sent.filter((each) => each.channel === channel && each.taken).flatMap(({ message }) => message.alerts.map(({ name, rule }) => `${name ?? ''} ${rule}`))

describe('an evaluation', () => {
  it('raises what is news, once, whoever evaluates and how often', async () => {
    const [first, second] = await Promise.all([evaluate({ k: 81 }, bench.process('one')), evaluate({ k: 81 }, bench.process('two'))])
    expect([...first, ...second].filter(({ type }) => type === 'AlertRaised')).toHaveLength(1)
    expect(await evaluate({ k: 82 })).toEqual([])
    expect(await evaluate({ k: 96 })).toMatchObject([{ type: 'AlertRaised', identity: { threshold: '95' } }])
    expect(await evaluate({ k: 81 })).toEqual([])
    const listed = await valueOf(faceOf(bench.process()).list())
    expect(listed.map(({ rule, name }) => [rule, name])).toEqual([['threshold', 'k'], ['threshold', 'k']])
    expect(new Set(listed.map(({ id }) => id)).size).toBe(2)
  })

  it('gives its facts as parts of a commit that somebody else makes, beside a reading', async () => {
    const deps = bench.process()
    const parts = await valueOf(prepareAlerts(deps, { now: bench.now() as Instant, keys: [using('k', 100, bench.now())], account: null }))
    expect(parts).toMatchObject([{ stream: 'alert/k#1', expectedVersion: 0, records: [{ type: 'AlertRaised' }] }])
    expect(await valueOf(faceOf(deps).list())).toEqual([])
    const [first, ...rest] = parts
    if (first === undefined) throw new Error('nothing was prepared')
    await valueOf(deps.log.commit({ appends: [first, ...rest], seal: [] }))
    expect(await evaluate({ k: 100 })).toEqual([])
  })

  it('stores and sends nothing that looks like a key', async () => {
    const facts = { ...using('k', 1, bench.now()), debt: { at: bench.now() as Instant, text: 'owed sk-or-v1-0123456789abcdef \u001b[2J' } }
    await valueOf(evaluateAlerts(bench.process(), { now: bench.now() as Instant, keys: [facts], account: null }))
    const [alert] = await valueOf(faceOf(bench.process()).list())
    expect(alert?.happened).toContain('<redacted>')
    expect(alert?.happened).not.toContain('sk-or-v1')
    expect(alert?.happened).not.toContain('\u001b')
  })
})

describe('the outbox', () => {
  beforeEach(() => bench.addChannel('ops'))

  it('sends each alert to each channel, and not again', async () => {
    await bench.addChannel('mail')
    await evaluate({ a: 81, b: 100 })
    expect(await deliver()).toMatchObject({ delivered: 4, failed: 0, next: null })
    expect(await deliver()).toMatchObject({ delivered: 0, failed: 0, next: null })
    expect(taken('ops').sort()).toEqual(['a threshold', 'b limit-reached'])
    expect(taken('mail').sort()).toEqual(['a threshold', 'b limit-reached'])
  })

  it('sends nothing to a channel that was raised before it was there', async () => {
    await evaluate({ a: 81 })
    bench.advance(1)
    await bench.addChannel('late')
    await evaluate({ a: 96 })
    await deliver()
    expect(taken('late')).toEqual(['a threshold'])
    expect(taken('ops')).toHaveLength(2)
  })

  it('of a channel that is down for a day delivers afterwards, in order for each key, without a flood, and delays no other channel', async () => {
    await bench.addChannel('good')
    bench.answers.set('ops', 'fails')
    const steps: Readonly<Record<string, ReadonlyArray<number>>> = { a: [81, 96, 100], b: [96, 100], c: [81, 100] }
    for (let at = 0; at < 24 * 60; at += 5) {
      bench.advance(5 * minute)
      if (at % 60 === 0)
        for (const [name, percents] of Object.entries(steps)) await evaluate({ [name]: percents[Math.min(percents.length - 1, Math.floor(at / 60))] ?? 0 })
      await deliver()
    }
    expect(taken('ops')).toEqual([])
    expect(taken('good')).toHaveLength(7)
    const tries = bench.sent.filter(({ channel }) => channel === 'ops')
    expect(tries.length).toBeLessThan(45)
    expect(tries.every(({ message }) => message.alerts.length === 1)).toBe(true)
    bench.answers.set('ops', 'takes')
    bench.advance(hour)
    await deliver()
    for (const name of Object.keys(steps)) {
      const own = bench.sent.flatMap(({ channel, taken: ok, message }) => (channel === 'ops' && ok ? message.alerts.filter((each) => each.name === name) : []))
      expect(own.map(({ raisedAt }) => raisedAt)).toEqual(own.map(({ raisedAt }) => raisedAt).sort((a, b) => a - b))
    }
    expect(taken('ops').sort()).toEqual(taken('good').sort())
    // One probe, then everything else as one digest.
    expect(bench.sent.filter(({ channel, taken: ok }) => channel === 'ops' && ok)).toHaveLength(2)
  })

  it('gives up what was refused three times, shows it, and sends it again when it is told to', async () => {
    bench.answers.set('ops', 'refuses')
    await evaluate({ a: 100 })
    for (let n = 0; n < 6; n += 1) {
      await deliver()
      bench.advance(2 * hour)
    }
    expect(bench.sent).toHaveLength(3)
    const face = faceOf(bench.process())
    const [dead] = await valueOf(face.list({ dead: true }))
    expect(dead?.deliveries).toMatchObject([{ channel: 'ops', state: 'dead', cause: 'it answered badly' }])
    bench.answers.set('ops', 'takes')
    expect(await valueOf(face.replay())).toMatchObject({ delivered: 1 })
    expect(await valueOf(face.list({ dead: true }))).toEqual([])
    expect(new Set(bench.sent.map(({ message }) => message.id)).size).toBe(1)
  })

  it('does not give up a channel that fails for a long weekend, and does after that', async () => {
    bench.answers.set('ops', 'fails')
    await evaluate({ a: 100 })
    const dead = async () => (await valueOf(faceOf(bench.process()).list({ dead: true }))).length
    for (let n = 0; n < 3 * 24; n += 1) {
      await deliver()
      bench.advance(hour)
    }
    expect(await dead()).toBe(0)
    bench.advance(2 * dayLength)
    await deliver()
    expect(await dead()).toBe(1)
  })

  it('of two processes lets one deliver within a claim', async () => {
    await evaluate({ a: 100 })
    bench.answers.set('ops', async () => {
      expect(await deliver(bench.process('two'))).toMatchObject({ delivered: 0 })
    })
    expect(await deliver(bench.process('one'))).toMatchObject({ delivered: 1 })
    expect(bench.sent).toHaveLength(1)
  })

  it('lets another go on at once where the holder of the claim is dead, and else when the claim has run out: at least once, with the same id', async () => {
    await evaluate({ a: 100 })
    bench.answers.set('ops', () => new Promise(() => undefined))
    void deliverAlerts(bench.process('one'))()
    await new Promise((resolve) => setTimeout(resolve, 20))
    bench.answers.set('ops', 'takes')
    expect(await deliver(bench.process('two'))).toMatchObject({ delivered: 0 })
    bench.gone.add('bench:one' as never)
    expect(await deliver(bench.process('two'))).toMatchObject({ delivered: 1 })
    expect(bench.sent.map(({ message }) => message.id)).toEqual([bench.sent[0]?.message.id, bench.sent[0]?.message.id])
  })

  it('makes many alerts one digest', async () => {
    await evaluate(Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${String(n)}`, 100])))
    expect(await deliver()).toMatchObject({ delivered: 30 })
    expect(bench.sent).toHaveLength(1)
    expect(bench.sent[0]?.message.alerts).toHaveLength(30)
  })

  it('holds back in quiet hours everything but what is critical', async () => {
    bench = makeAlertBench({ quiet: { from: 12 * 60, to: 13 * 60 } })
    await bench.addChannel('ops')
    await evaluate({ a: 81, b: 100 })
    expect(await deliver()).toMatchObject({ delivered: 1 })
    expect(taken('ops')).toEqual(['b limit-reached'])
    bench.advance(hour)
    await deliver()
    expect(taken('ops')).toEqual(['b limit-reached', 'a threshold'])
  })
})

describe('a mute', () => {
  beforeEach(() => bench.addChannel('ops'))

  it('keeps what is raised meanwhile in the list and from the channels, until it ends', async () => {
    const face = faceOf(bench.process())
    expect(await valueOf(face.mute({ rule: 'threshold', until: '2h', note: 'load test' }))).toMatchObject([{ rule: 'threshold', name: null }])
    await evaluate({ a: 81, b: 100 })
    await deliver()
    expect(taken('ops')).toEqual(['b limit-reached'])
    expect((await valueOf(face.list())).map(({ muted }) => muted).sort()).toEqual([false, true])
    bench.advance(3 * hour)
    await evaluate({ a: 96 })
    await deliver()
    expect(taken('ops')).toEqual(['b limit-reached', 'a threshold'])
  })

  it('is taken back before its end, and needs an end and a known rule', async () => {
    const face = faceOf(bench.process())
    await valueOf(face.mute({ until: '2d' }))
    expect(await valueOf(face.unmute())).toEqual([])
    expect(isLeft(await face.mute({ until: '' })())).toBe(true)
    expect(isLeft(await face.mute({ until: '1h', rule: 'nonsense' })())).toBe(true)
    expect(isLeft(await face.mute({ until: '1h', name: 'nobody' })())).toBe(true)
    expect(await face.mute({ until: '99999d' })()).toMatchObject({ left: { _tag: 'InvalidInput', field: 'until' } })
    expect(await valueOf(face.mute({ until: '366d' }))).toHaveLength(1)
  })
})

describe('an acknowledged alert', () => {
  it('is listed no more, and is not sent where it still waits', async () => {
    await bench.addChannel('ops')
    bench.answers.set('ops', 'fails')
    await evaluate({ a: 81 })
    await deliver()
    const face = faceOf(bench.process())
    const [alert] = await valueOf(face.list())
    expect(await valueOf(face.acknowledge(alert?.id.slice(0, 6) ?? '', 'ours'))).toMatchObject({ note: 'ours' })
    expect(await valueOf(face.list())).toEqual([])
    expect(await valueOf(face.list({ all: true }))).toHaveLength(1)
    bench.answers.set('ops', 'takes')
    bench.advance(dayLength)
    expect(await deliver()).toMatchObject({ delivered: 0 })
    expect(await face.acknowledge('zzzzzz')()).toMatchObject({ left: { _tag: 'AlertNotFound' } })
    expect(await face.acknowledge('')()).toMatchObject({ left: { _tag: 'InvalidInput', field: 'id' } })
  })
})

describe('a subscription', () => {
  it('gives what is raised from its beginning on, each once', async () => {
    await evaluate({ old: 100 })
    const got: Array<string> = []
    const work = async (): Promise<void> => {
      for await (const alert of faceOf(bench.process()).subscribe()) {
        got.push(`${alert.name ?? ''} ${alert.rule}`)
        if (got.length === 1) await evaluate({ c: 100 })
        if (got.length === 2) return
      }
    }
    const done = work()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await evaluate({ b: 81 })
    await done
    expect(got).toEqual(['b threshold', 'c limit-reached'])
  })
})
