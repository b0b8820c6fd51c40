import { describe, expect, it } from 'vitest'

import { spendOnKey } from '../../src/adapters/simulated-openrouter/world.js'
import { zero } from '../../src/domain/shared/picodollars.js'
import { heartbeatNote } from '../../src/application/watcher-heartbeat.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, editRemote, eventsOf, minute, plant, remoteKey, stateOf } from './bench-views.js'
import { type Bench, type BenchOptions, openBench } from './harness.js'
import { from, unreachable } from './trouble.js'

const hour = 60 * minute

/** `alpha` may spend five dollars a month and one a day, and only a watcher counts the day. */
const watchedBench = async (options: BenchOptions = {}): Promise<Bench> => {
  const bench = await openBench({ ...options, settings: { refuseGuardrails: true } })
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '5', dailyLimit: '1' })))
  done(await bench.run((vault) => vault.add('beta', { monthlyLimit: '5' })))
  bench.takeRequests()
  return bench
}

const spend = (bench: Bench, cost: string, name = 'alpha'): boolean =>
  spendOnKey(bench.world, bench.now(), remoteKey(bench, name).hash, { credits: dollars(cost), byok: zero })

const reasonsOf = (bench: Bench, name = 'alpha'): ReadonlyArray<string> => {
  const { stage } = stateOf(bench, name)
  return 'key' in stage ? stage.key.reasons : []
}

describe('a pass of the watcher', () => {
  it('reads every key by one listing and records what was spent', async () => {
    const bench = await watchedBench()
    spend(bench, '0.25')
    expect(await bench.watch()).toMatchObject({ state: 'passed', problem: null, keys: 2, contained: [], outstanding: [] })
    expect(bench.takeRequests().filter((line) => line.startsWith('GET /keys/'))).toEqual([])
    expect(done(await bench.run((vault) => vault.getCurrentUsage('alpha', { cached: true })))).toMatchObject({ usage: { currentDay: 0.25 } })
  })

  it('contains a key when its day is spent, says so once, and lifts it when the day turns', async () => {
    const bench = await watchedBench()
    spend(bench, '1.1')
    const report = await bench.watch()
    expect(report).toMatchObject({ contained: ['alpha'], lifted: [] })
    expect(report.alerts.raised).toBeGreaterThan(0)
    expect(remoteKey(bench, 'alpha')).toMatchObject({ disabled: true })
    expect(reasonsOf(bench)).toEqual(['window'])
    expect(await bench.watch()).toMatchObject({ contained: [], lifted: [], alerts: { raised: 0 } })
    bench.advance(16 * hour - 61 * minute)
    expect(await bench.watch()).toMatchObject({ contained: [], lifted: [] })
    bench.advance(62 * minute)
    expect(await bench.watch()).toMatchObject({ lifted: ['alpha'] })
    expect(remoteKey(bench, 'alpha')).toMatchObject({ disabled: false, limit: dollars('5') })
  })

  it('leaves a key contained whose owner suspended it too', async () => {
    const bench = await watchedBench()
    spend(bench, '1.1')
    await bench.watch()
    done(await bench.run((vault) => vault.suspend('alpha')))
    bench.advance(17 * hour)
    expect(await bench.watch()).toMatchObject({ lifted: ['alpha'] })
    expect(remoteKey(bench, 'alpha')).toMatchObject({ disabled: true })
    expect(reasonsOf(bench)).toEqual(['user'])
  })

  it('leaves to OpenRouter what a guardrail counts', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '5', dailyLimit: '1' })))
    spend(bench, '1.1')
    expect(await bench.watch()).toMatchObject({ contained: [] })
    expect(reasonsOf(bench)).toEqual([])
  })

  it('is not undone by a resume of its owner', async () => {
    const bench = await watchedBench()
    spend(bench, '1.1')
    await bench.watch()
    await bench.run((vault) => vault.resume('alpha'))
    expect(reasonsOf(bench)).toEqual(['window'])
    expect(remoteKey(bench, 'alpha')).toMatchObject({ disabled: true })
  })

  it('goes on with what is unfinished, at its date and not before', async () => {
    const bench = await watchedBench()
    bench.trouble({ faults: from(4, unreachable) })
    await bench.run((vault) => vault.remove('alpha'))
    bench.trouble({})
    expect(stateOf(bench, 'alpha').stage._tag).toBe('Outstanding')
    expect((await bench.watch()).outstanding).toMatchObject([{ name: 'alpha', pending: ['revocation'] }])
    bench.advance(hour)
    expect(await bench.watch()).toMatchObject({ finished: [{ name: 'alpha' }], outstanding: [] })
    expect(eventsOf(bench, 'alpha')).toContain('Removed')
  })

  it('tells drift and unheld keys', async () => {
    const bench = await watchedBench()
    editRemote(bench, 'beta', { _tag: 'SetDisabled', disabled: true })
    plant(bench, `lost [lv:${'a'.repeat(32)}:${'9'.repeat(32)}]`)
    const report = await bench.watch()
    expect(report.drift).toMatchObject([{ name: 'beta' }])
    expect(report.unheld).toHaveLength(1)
    expect(report.alerts.raised).toBeGreaterThanOrEqual(2)
  })

  it('survives an outage, says that readings grow old, and goes on after it', async () => {
    const bench = await watchedBench()
    await bench.watch()
    bench.trouble({ faults: from(0, unreachable) })
    const dark = await bench.watch()
    expect(dark.state).toBe('failed')
    expect([...bench.store.byStream.keys()].filter((stream) => stream.startsWith('alert/'))).toEqual([])
    expect(dark.problem).toMatch(/OpenRouter|answer|connect/i)
    bench.advance(hour)
    await bench.watch()
    expect([...bench.store.byStream.keys()].filter((stream) => stream.startsWith('alert/'))).not.toEqual([])
    bench.trouble({})
    expect(await bench.watch()).toMatchObject({ state: 'passed', problem: null })
  })

  it('needs at most twelve listing requests for a thousand keys', async () => {
    const bench = await openBench({ check: false, workspaces: [] })
    for (let n = 0; n < 999; n += 1) plant(bench, `somebody ${String(n)}`)
    done(await bench.run((vault) => vault.add('alpha')))
    bench.takeRequests()
    await bench.watch()
    expect(bench.takeRequests().filter((line) => line.startsWith('GET /keys ')).length).toBeLessThanOrEqual(12)
  })
})

describe('watchers of one vault', () => {
  it('leave the work to the one that has the lease, until that is silent for too long', async () => {
    const bench = await watchedBench()
    expect(await bench.watch()).toMatchObject({ state: 'passed' })
    const [first] = [...bench.store.notes].filter(([name]) => name === 'watcher/lease').map(([, value]) => value)
    expect(first).toMatch(/^\d+ bench\//)
    bench.store.notes.set('watcher/lease', `${String(bench.now() + minute)} elsewhere/1`)
    bench.takeRequests()
    expect(await bench.watch()).toMatchObject({ state: 'standby' })
    expect(bench.takeRequests()).toEqual([])
    bench.advance(2 * minute)
    expect(await bench.watch()).toMatchObject({ state: 'passed' })
    bench.store.notes.set('watcher/lease', 'nonsense')
    expect(await bench.watch()).toMatchObject({ state: 'passed' })
  })

  it('show a heartbeat, by which the limits that they enforce count as enforced', async () => {
    const bench = await watchedBench()
    const enforcedBy = async (): Promise<unknown> => done(await bench.run((vault) => vault.show('alpha'))).enforcedBy
    expect(await enforcedBy()).toEqual({ monthly: 'openrouter', daily: 'nobody' })
    await bench.watch()
    expect(bench.store.notes.has(heartbeatNote)).toBe(true)
    expect(await enforcedBy()).toEqual({ monthly: 'openrouter', daily: 'watcher' })
    bench.advance(hour)
    expect(await enforcedBy()).toEqual({ monthly: 'openrouter', daily: 'nobody' })
  })
})
