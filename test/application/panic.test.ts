import { describe, expect, it } from 'vitest'

import { done, editRemote, remoteKey, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { cannotSpend, wanted } from './removal-bench.js'
import { always, either, type FaultScript, from, lost, refused, slowDown, unreachable } from './trouble.js'

const open = async (count: number): Promise<Bench> => {
  const bench = await openBench({ check: false })
  for (let at = 0; at < count; at += 1)
    done(await bench.run((vault) => vault.add(`key-${String(at)}`, { monthlyLimit: 5, tags: { team: at % 2 === 0 ? 'web' : 'ops' } })))
  bench.takeRequests()
  return bench
}

const livingAmong = (bench: Bench): ReadonlyArray<string> =>
  [...bench.world.account.keys.values()].filter((key) => !key.disabled).map((key) => key.name.split(' ')[0] ?? '')

/** Refuses with 429 what comes faster than so many requests a second, as a rate limit does. */
const rateLimit = (bench: Bench, aSecond: number): { readonly script: FaultScript; readonly refused: () => number } => {
  const times: Array<number> = []
  let count = 0
  return {
    script: () => {
      const now = bench.now()
      if (times.filter((each) => each > now - 1000).length >= aSecond) {
        count += 1
        return slowDown(1)
      }
      times.push(now)
      return null
    },
    refused: () => count,
  }
}

describe('panic', () => {
  it('contains every key, and resume brings each back', async () => {
    const bench = await open(4)
    expect(done(await bench.run((vault) => vault.panic('all')))).toEqual({
      contained: ['key-0', 'key-1', 'key-2', 'key-3'],
      unchanged: [],
      outstanding: [],
    })
    expect(remoteKey(bench, 'key-2')).toMatchObject(cannotSpend)
    expect(done(await bench.run((vault) => vault.show('key-2')))).toMatchObject({ state: 'suspended', containedFor: ['panic'] })
    expect(done(await bench.run((vault) => vault.resume('key-2')))).toMatchObject({ outcome: 'resumed', notes: [] })
    expect(remoteKey(bench, 'key-2')).toMatchObject(wanted)
    expect(await useKey(bench, 'key-2')).toBe('works')
    expect(done(await bench.run((vault) => vault.panic('all'))).unchanged).toEqual(['key-0', 'key-1', 'key-3'])
  })

  it('takes only the keys of a tag', async () => {
    const bench = await open(4)
    const report = done(await bench.run((vault) => vault.panic({ tag: { key: 'team', value: 'web' } })))
    expect(report.contained).toEqual(['key-0', 'key-2'])
    expect([...livingAmong(bench)].sort()).toEqual(['key-1', 'key-3'])
  })

  it('resumes a key that was suspended before it too', async () => {
    const bench = await open(1)
    done(await bench.run((vault) => vault.suspend('key-0')))
    done(await bench.run((vault) => vault.panic('all')))
    expect(done(await bench.run((vault) => vault.show('key-0'))).containedFor).toEqual(['user', 'panic'])
    expect(done(await bench.run((vault) => vault.resume('key-0')))).toMatchObject({ outcome: 'resumed', notes: [] })
    expect(remoteKey(bench, 'key-0')).toMatchObject(wanted)
  })

  it('contains again what somebody enabled on the dashboard', async () => {
    const bench = await open(1)
    done(await bench.run((vault) => vault.panic('all')))
    editRemote(bench, 'key-0', { _tag: 'SetDisabled', disabled: false })
    expect(done(await bench.run((vault) => vault.panic('all'))).contained).toEqual(['key-0'])
    expect(livingAmong(bench)).toEqual([])
  })

  it('names what is refused, and goes on with the rest', async () => {
    const bench = await open(3)
    const hash = [...bench.world.account.keys.values()].find((key) => key.name.startsWith('key-1'))?.hash ?? ''
    bench.trouble({ faults: (_world, request) => (request.method === 'PATCH' && request.path.includes(hash) ? refused(403) : null) })
    const report = done(await bench.run((vault) => vault.panic('all')))
    expect(report.contained).toEqual(['key-0', 'key-2'])
    expect(report.outstanding).toMatchObject([{ name: 'key-1' }])
    expect(livingAmong(bench)).toEqual(['key-1'])
  })

  it('is finished by a reconcile where the network failed, or the process was killed', async () => {
    const bench = await open(5)
    bench.trouble({ faults: from(0, unreachable) })
    expect(done(await bench.run((vault) => vault.panic('all'))).outstanding).toHaveLength(5)
    bench.trouble({})
    done(await bench.run((vault) => vault.panic('all')))
    const other = await open(5)
    other.trouble({ kill: { request: 3, when: 'before' } })
    await other.run((vault) => vault.panic('all'))
    other.trouble({})
    other.advance(3_600_000)
    done(await other.run((vault) => vault.reconcile()))
    expect([livingAmong(bench), livingAmong(other)]).toEqual([[], []])
  })

  it('of a hundred keys, with 30 of 100 calls failing and a rate limit of 20 a second, contains or names each one', async () => {
    const bench = await open(100)
    const limited = rateLimit(bench, 20)
    const failing: FaultScript = () => (bench.prng.next() < 0.3 ? (bench.prng.next() < 0.5 ? lost : unreachable) : null)
    bench.trouble({ faults: either(limited.script, failing) })
    const began = bench.now()
    const report = done(await bench.run((vault) => vault.panic('all')))
    const named = report.outstanding.map(({ name }) => name)
    expect(livingAmong(bench).filter((name) => !named.includes(name))).toEqual([])
    expect([...report.contained, ...named].sort()).toHaveLength(100)
    expect(report.contained.length).toBeGreaterThanOrEqual(95)
    expect(bench.now() - began).toBeLessThan(120_000)
    expect(limited.refused()).toBeLessThan(100)
    bench.trouble({})
    bench.advance(3_600_000)
    expect(done(await bench.run((vault) => vault.panic('all'))).outstanding).toEqual([])
    expect(livingAmong(bench)).toEqual([])
  }, 60_000)

  it('asks nothing of OpenRouter but what containing needs', async () => {
    const bench = await open(2)
    bench.trouble({ faults: always('DELETE /keys/:hash', lost) })
    done(await bench.run((vault) => vault.panic('all')))
    expect(bench.takeRequests().filter((line) => /DELETE|POST/.test(line))).toEqual([])
  })
})
