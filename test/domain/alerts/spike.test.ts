import { describe, expect, it } from 'vitest'

import type { TotalReading } from '../../../src/domain/alerts/facts.js'
import { withReading } from '../../../src/domain/alerts/readings.js'
import { paceOf } from '../../../src/domain/alerts/spike.js'
import { at, dayLength, dollars, hour, minute } from './facts.js'
import { caughtAfter, kinds, told, trace, traceStart } from './spike-traces.js'

describe.each(Object.entries(kinds))('%s', (_what, kind) => {
  it('has at most one spike told in a month that is none', () => {
    expect(told(trace(kind, 7, 45), traceStart + 15 * dayLength, kind.every < 5 * minute ? 151 : 29)).toBeLessThanOrEqual(1)
  })

  it('and a stranger who spends ten times the usual beside it is told of within three readings', () => {
    const missed = Array.from({ length: 8 }, (_, seed) => seed).filter((seed) => caughtAfter(kind, seed) > 3)
    expect(missed).toEqual([])
  })
})

const flat = (count: number, cents: number, every = 10 * minute): ReadonlyArray<TotalReading> =>
  Array.from({ length: count }, (_, n) => ({ at: at(traceStart + n * every), total: dollars((n * cents) / 100) }))

const after = (readings: ReadonlyArray<TotalReading>, ...more: ReadonlyArray<readonly [wait: number, cents: number]>): ReadonlyArray<TotalReading> =>
  more.reduce((past, [wait, cents]) => {
    const last = past.at(-1)!
    return [...past, { at: at(last.at + wait), total: (last.total + dollars(cents / 100)) as never }]
  }, readings)

const ten = 10 * minute

describe('a pace', () => {
  it('is not judged by less than a day, or by a few readings', () => {
    expect(paceOf(flat(100, 5), 8)).toBeNull()
    expect(paceOf([], 8)).toBeNull()
    expect(paceOf(flat(2, 5), 8)).toBeNull()
    expect(paceOf(flat(5, 5, 8 * hour), 8)).toBeNull()
    expect(paceOf(flat(400, 5), 8)).toMatchObject({ standing: 'cleared', usual: dollars(0.3), recent: dollars(0.3) })
  })

  it('of next to nothing is never a spike', () => {
    expect(paceOf(after(flat(400, 0.001), [minute, 0.01], [minute, 0.01], [minute, 0.01]), 8)?.standing).not.toBe('active')
  })

  it('that shrinks or stands still is none', () => {
    const readings = flat(400, 5)
    expect(paceOf([...readings.slice(0, -1), { at: readings.at(-1)!.at, total: dollars(0) }], 8)?.recent).toBe(0n)
  })

  it('is a spike where two rises in a row are eight times the usual', () => {
    expect(paceOf(after(flat(400, 5), [ten, 5], [ten, 500]), 8)?.standing).not.toBe('active')
    expect(paceOf(after(flat(400, 5), [ten, 39], [ten, 39], [ten, 39]), 8)?.standing).not.toBe('active')
    expect(paceOf(after(flat(400, 5), [ten, 41], [ten, 41]), 8)?.standing).toBe('active')
    expect(paceOf(after(flat(400, 5), [3 * ten, 15], [ten, 41], [ten, 41]), 8)?.standing).toBe('active')
  })

  it('is none where requests as large as ever came twice in a row by chance', () => {
    const large = Array.from({ length: 600 }, (_, n) => [ten, n % 50 === 0 ? 300 : 5] as const)
    expect(paceOf(after(flat(2, 5), ...large, [ten, 300], [ten, 305]), 8)?.standing).toBe('between')
    expect(paceOf(after(flat(2, 5), ...large, [ten, 300], [ten, 300], [ten, 305]), 8)?.standing).toBe('active')
  })

  it('after an outage of the watcher is none: hours came at once', () => {
    expect(paceOf(after(flat(400, 5), [8 * hour, 240], [8 * hour, 240]), 8)?.standing).toBe('cleared')
  })

  it('is a spike however often somebody looks meanwhile', () => {
    const looks = Array.from({ length: 240 }, () => [5_000, 0.5] as const)
    expect(paceOf(after(flat(400, 5), ...looks), 8)?.standing).toBe('active')
  })

  it('is calm again after six hours of the usual', () => {
    const spike = after(flat(400, 5), [ten, 60], [ten, 60], [ten, 60])
    const calm = (hours: number) => after(spike, ...Array.from({ length: hours * 6 }, () => [ten, 5] as const))
    expect(paceOf(calm(5), 8)?.standing).toBe('between')
    expect(paceOf(calm(7), 8)?.standing).toBe('cleared')
  })
})

describe('the readings that are kept', () => {
  it('are bounded, and still tell what rises in a row had reached', () => {
    const minutes = trace(kinds['builds in bursts, looked at each minute']!, 3, 20)
    const kept = minutes.reduce<ReadonlyArray<TotalReading>>(withReading, [])
    expect(kept.length).toBeLessThan(2_500)
    const old = (readings: ReadonlyArray<TotalReading>) => readings.filter((each) => each.at > traceStart + 6 * dayLength && each.at < traceStart + 19 * dayLength)
    const rise = (n: number) => Number(minutes[n]!.total - minutes[n - 1]!.total)
    const reached = minutes.flatMap((each, n) => (n > 2 && old([each]).length > 0 ? [Math.min(rise(n), rise(n - 1), rise(n - 2))] : []))
    expect(Math.max(...old(kept).map(({ thinned }) => Number(thinned?.three ?? 0)))).toBe(Math.max(...reached))
    expect(kept.reduce((sum, { thinned }) => sum + (thinned?.rises ?? 1), 0)).toBeGreaterThan(14 * 1440)
  })
})
