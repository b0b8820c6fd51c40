import { describe, expect, it } from 'vitest'

import type { AlertDeps } from '../../src/application/alerts/alert-deps.js'
import type { EventLog } from '../../src/application/ports/event-log.js'
import { makeSpendMemory } from '../../src/application/spend-memory.js'
import { loadReadings, loadSpends, spendMonths } from '../../src/application/spend-store.js'
import { recordReadings } from '../../src/application/use-cases/record-readings.js'
import type { Lineage } from '../../src/domain/shared/identifiers.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { type AlertBench, makeAlertBench, valueOf } from './alert-bench.js'

const lineage = 'a#1' as Lineage
const minute = 60_000
/** Two hours before a month ends. */
const start = Date.UTC(2026, 0, 31, 22)

const readingAt = (deps: AlertDeps, n: number): Promise<unknown> => {
  const at = (start + n * minute) as Instant
  const usage = { total: dollars(String(n / 100)), day: null, week: null, month: null }
  return valueOf(recordReadings(deps, [{ lineage, bornAt: start as Instant, usage, rotated: false }], at))
}

/** Counts the records that were read. */
const counting = (log: EventLog): { readonly log: EventLog; readonly taken: () => number } => {
  let count = 0
  const read: EventLog['read'] = (stream, from) => async () => {
    const answer = await log.read(stream, from)()
    if (answer._tag === 'Right') count += answer.right.length
    return answer
  }
  const taken = (): number => {
    const now = count
    count = 0
    return now
  }
  return { log: { ...log, read }, taken }
}

const knowing = (bench: AlertBench) => {
  const process = bench.process()
  const { log, taken } = counting(process.log)
  return { deps: { ...process, log, spendMemory: makeSpendMemory() }, taken }
}

const lookAt = async (deps: AlertDeps) => {
  const months = (await valueOf(spendMonths(deps))).get(lineage) ?? []
  return { spend: (await valueOf(loadSpends(deps, [lineage]))).get(lineage), readings: await valueOf(loadReadings(deps, lineage, months.slice(-2))) }
}

describe('what a program that runs on remembers of long streams of spending', () => {
  it('is what the log tells to one that has just begun, over the turn of a month', async () => {
    const bench = makeAlertBench()
    const { deps } = knowing(bench)
    for (let n = 1; n <= 900; n += 1) {
      // Some of the readings are recorded by others.
      await readingAt(n % 7 === 0 ? bench.process('two') : deps, n)
      if (n % 90 > 0) continue
      const [known, fresh] = [await lookAt(deps), await lookAt(bench.process('three'))]
      expect(known.spend).toEqual(fresh.spend)
      const hour = start + (n - 60) * minute
      expect(known.readings.filter(({ at }) => at >= hour)).toEqual(fresh.readings.filter(({ at }) => at >= hour))
      expect(known.readings[0]).toEqual(fresh.readings[0])
    }
    expect(deps.spendMemory.months.size).toBe(1)
  })

  it('has only what is new read at each look', async () => {
    const { deps, taken } = knowing(makeAlertBench())
    for (let n = 1; n <= 700; n += 1) await readingAt(deps, n)
    await lookAt(deps)
    taken()
    await readingAt(deps, 701)
    await lookAt(deps)
    // The short month before is read whole.
    expect(taken()).toBeLessThan(130)
  })

  it('is forgotten where the log is another', async () => {
    const bench = makeAlertBench()
    const { deps } = knowing(bench)
    for (let n = 1; n <= 600; n += 1) await readingAt(deps, n)
    const [[stream, month] = []] = [...deps.spendMemory.months]
    if (stream === undefined || month === undefined) throw new Error('nothing is remembered')
    deps.spendMemory.months.set(stream, { ...month, version: month.version + 5 })
    await readingAt(deps, 601)
    expect((await lookAt(deps)).spend).toEqual((await lookAt(bench.process('two'))).spend)
  })
})
