import { createHash } from 'node:crypto'

import { isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { reveal, type Secret } from '../../src/application/secret.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, factsOf, remoteKeys } from './bench-views.js'
import { type Answer, type Bench, openBench, type Trouble } from './harness.js'

const hashOf = (hidden: Secret): string => createHash('sha256').update(reveal(hidden)).digest('hex')

const given = (answer: Answer<{ readonly secret: Secret }>): ReadonlyArray<string> => (answer !== null && isRight(answer) ? [hashOf(answer.right.secret)] : [])

/** Every secret that anybody can be given now, in whichever way, by its hash. */
const handedOut = async (bench: Bench): Promise<ReadonlySet<string>> => {
  const { keys } = done(await bench.run((vault) => vault.exportVault({ withSecrets: true })))
  // With secrets each value is one, or null.
  const exported = keys.flatMap(({ value }) => (value === null ? [] : [hashOf(value as Secret)]))
  return new Set([...given(await bench.run((vault) => vault.get('alpha'))), ...given(await bench.run((vault) => vault.getPrevious('alpha'))), ...exported])
}

interface Seen {
  readonly switched: boolean
  readonly ended: boolean
  readonly bench: Bench
}

/** A rotation that is cut short by this. What can be had afterwards is the key that there was, and the successor from the switch on. */
const cutShort = async (seed: number, trouble: Trouble): Promise<Seen> => {
  const bench = await openBench({ seed, check: false })
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '120' })))
  const [old] = await handedOut(bench)
  bench.trouble(trouble)
  const answer = await bench.run((vault) => vault.rotate('alpha', { grace: '24h' }))
  bench.trouble({})
  const switched = factsOf(bench, 'alpha').some(({ type }) => type === 'RotationSwitched')
  const out = await handedOut(bench)
  expect(out.has(old ?? ''), JSON.stringify(trouble)).toBe(true)
  expect(out.size, JSON.stringify(trouble)).toBe(switched ? 2 : 1)
  return { switched, ended: answer !== null, bench }
}

describe('the secret of a successor', () => {
  it('is given by nothing before the switch, wherever the rotation is cut short, and by get from then on', async () => {
    let [before, after] = [0, 0]
    for (let commit = 0; ; commit += 1) {
      const { ended, switched } = await cutShort(commit + 1, { commits: (n) => (n === commit ? 'crash-after' : null) })
      if (switched) after += 1
      else before += 1
      if (ended) break
    }
    expect(before).toBeGreaterThan(6)
    expect(after).toBeGreaterThan(0)
  })

  it('is given by nothing where its activation was made and the answer lost, for as long as OpenRouter cannot be reached', async () => {
    const { bench, switched } = await cutShort(1, {
      faults: (_, { method, path }, index) => (index < 6 ? null : method === 'PATCH' && path.startsWith('/keys/') ? { _tag: 'lost-after' } : { _tag: 'refused-connection' }),
    })
    expect(switched).toBe(false)
    expect(remoteKeys(bench, 'alpha').map(({ limit, reset }) => [limit, reset])).toEqual([
      [dollars('55.45'), null],
      [dollars('55.45'), null],
    ])
  })
})
