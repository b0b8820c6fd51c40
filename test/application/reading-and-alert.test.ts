import { describe, expect, it } from 'vitest'

import { spendOnKey } from '../../src/adapters/simulated-openrouter/world.js'
import { defaultPolicy } from '../../src/domain/alerts/policy.js'
import { zero } from '../../src/domain/shared/picodollars.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, remoteKey } from './bench-views.js'
import { type Bench, type BenchOptions, openBench } from './harness.js'
import { commitNumber, type CommitTrouble } from './trouble.js'

const spentBench = async (options: BenchOptions = {}): Promise<Bench> => {
  const bench = await openBench(options)
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '5' })))
  await bench.watch()
  spendOnKey(bench.world, bench.now(), remoteKey(bench, 'alpha').hash, { credits: dollars('4.1'), byok: zero })
  bench.advance(60_000)
  return bench
}

const ofType = (bench: Bench, stream: string, type: string): ReadonlyArray<string> =>
  bench.store.all.filter((each) => each.stream.startsWith(stream) && each.type === type).map(({ data }) => data)

const told = (bench: Bench): number => ofType(bench, 'alert/', 'AlertRaised').filter((data) => data.includes('"threshold"')).length

/** Whether the pass had recorded what was spent. */
const isRead = (bench: Bench): boolean => ofType(bench, 'spend/', 'UsageObserved').some((data) => data.includes('4100000000000'))

const crashing = async (bench: Bench, commit: number, trouble: CommitTrouble): Promise<void> => {
  bench.trouble({ commits: commitNumber(commit, trouble) })
  await bench.watch().catch(() => undefined)
  bench.trouble({})
  bench.advance(10 * 60_000)
}

const crashes = [0, 1, 2, 3, 4].flatMap((commit) => (['crash-before', 'crash-after', 'fails', 'fails-after-writing'] as const).map((trouble) => [commit, trouble] as const))

describe('a pass that dies at any of its commits', () => {
  it('loses no alert of a reading that it recorded, though the limit is another before anybody looks again', async () => {
    let read = 0
    for (const [commit, trouble] of crashes) {
      const bench = await spentBench()
      await crashing(bench, commit, trouble)
      const wasRead = isRead(bench)
      done(await bench.run((vault) => vault.updateSpendLimits('alpha', { monthlyLimit: '50' })))
      await bench.watch()
      expect([commit, trouble, told(bench)]).toEqual([commit, trouble, wasRead ? 1 : 0])
      if (wasRead) read += 1
    }
    expect(read).toBeGreaterThan(4)
  })

  it('has no alert told twice by those who look again', async () => {
    for (const [commit, trouble] of crashes) {
      const bench = await spentBench()
      await crashing(bench, commit, trouble)
      await bench.watch()
      await bench.watch()
      expect([commit, trouble, told(bench)]).toEqual([commit, trouble, 1])
    }
  })
})

describe('who asks for the usage', () => {
  const asks: ReadonlyArray<readonly [string, (bench: Bench) => Promise<unknown>]> = [
    ['of all keys', (bench) => bench.run((vault) => vault.usage())],
    ['of one key', (bench) => bench.run((vault) => vault.getCurrentUsage('alpha'))],
  ]

  it.each(asks)('%s records the alerts of its readings with them, though the limit is another before anybody looks again', async (_, ask) => {
    const bench = await spentBench()
    await ask(bench)
    expect(told(bench)).toBe(1)
    done(await bench.run((vault) => vault.updateSpendLimits('alpha', { monthlyLimit: '50' })))
    await ask(bench)
    await bench.watch()
    expect(told(bench)).toBe(1)
  })

  it('has nothing contained by a rule that acts: the next watch does that', async () => {
    const bench = await spentBench({ policy: { ...defaultPolicy, all: { ...defaultPolicy.all, action: { threshold: 'contain' } } } })
    done(await bench.run((vault) => vault.usage()))
    const reasons = async (): Promise<unknown> => done(await bench.run((vault) => vault.show('alpha'))).containedFor
    expect(await reasons()).toEqual([])
    await bench.watch()
    expect(await reasons()).toEqual(['alert'])
  })
})
