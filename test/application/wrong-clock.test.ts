import { describe, expect, it } from 'vitest'

import { makePrng } from '../simulation/prng.js'
import { runs } from '../support/fc-runs.js'
import { quieten, remoteKeys, useKey } from './bench-views.js'
import { type Bench, type Command, openBench } from './harness.js'
import { everyFault, nth, pickFrom } from './trouble.js'

const [second, hour, year] = [1_000, 3_600_000, 365 * 86_400_000]

/** How far from the right time a clock is: right, by a little, by summer time, by a battery that ran out. */
const errors = [0, -second, second, -hour, hour, -24 * hour, 24 * hour, -10 * year, 10 * year]

const lives: ReadonlyArray<Command<unknown>> = [
  (vault) => vault.add('alpha', { monthlyLimit: 5 }),
  (vault) => vault.suspend('alpha'),
  (vault) => vault.resume('alpha'),
  (vault) => vault.add('beta', { monthlyLimit: 5 }),
  (vault) => vault.remove('alpha'),
]

/** A life with a clock that is set anew before each command, and one answer in two lost, late or refused. */
const liveThrough = async (seed: number): Promise<Bench> => {
  const prng = makePrng(seed)
  const bench = await openBench({ seed })
  for (const command of lives) {
    bench.setSkew(pickFrom(prng, errors))
    bench.trouble(prng.next() < 0.5 ? { faults: nth(new Map([[Math.floor(prng.next() * 8), pickFrom(prng, everyFault)]])) } : {})
    await bench.run(command)
  }
  return bench
}

describe('a clock that is set anew before each command', () => {
  it('neither loses a key nor keeps one', { timeout: 60_000 }, async () => {
    const wrong: Array<string> = []
    const ends = new Set<string>()
    for (let seed = 1; seed <= runs(60).numRuns; seed += 1) {
      const bench = await liveThrough(seed)
      try {
        bench.setSkew(0)
        await quieten(bench)
        for (const name of ['alpha', 'beta']) {
          const [used, remote] = [await useKey(bench, name), remoteKeys(bench, name).length]
          const fits = used === 'works' || used === 'refused' ? remote === 1 : remote === 0
          ends.add(used)
          if (!fits) wrong.push(`seed ${seed}: ${name} ${used}, ${remote} at OpenRouter`)
        }
      } catch (error) {
        wrong.push(`seed ${seed}: ${String(error)}`)
      }
    }
    expect(wrong).toEqual([])
    expect([...ends]).toEqual(expect.arrayContaining(['works', 'KeyNotFound']))
  })
})
