import { isRight, left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { runs } from '../support/fc-runs.js'
import { type Finding, inputOf, tryOnce } from './fuzz.js'
import { bait } from './mutate.js'
import { type Target, targets } from './targets.js'

const { numRuns } = runs(1_500)
const seeds = Array.from({ length: numRuns }, (_, seed) => seed + 1)
const findings = (target: Target): ReadonlyArray<Finding> =>
  seeds.map((seed) => tryOnce(target, seed)).filter((finding) => finding !== null)

describe.each(targets)('$name', (target) => {
  it('are read when they are as they should be', () => {
    expect(target.samples.some((sample) => target.parse(sample).some(isRight))).toBe(true)
  })

  it('are never answered by a throw, a hang or a secret', () => {
    expect(findings(target).slice(0, 5)).toEqual([])
  })
})

describe('the fuzzer', () => {
  const target = (parse: Target['parse']): Target => ({ name: 'planted', samples: ['{"a":1}'], parse })

  it('notices a throw and a value that is shown', () => {
    expect(findings(target((input) => [right(JSON.parse(input))])).length).toBeGreaterThan(0)
    expect(findings(target((input) => [left({ message: input })]))[0]?.what).toBe('shows what it was given')
    expect(findings(target((input) => [right(process.emitWarning(input))]))[0]?.what).toBe('warned the process')
  })

  it('makes the same input of the same seed, and baits often', () => {
    const one = target((input) => [right(input)])
    expect(seeds.slice(0, 50).map((seed) => inputOf(one, seed))).toEqual(seeds.slice(0, 50).map((seed) => inputOf(one, seed)))
    expect(seeds.filter((seed) => inputOf(one, seed).includes(bait)).length).toBeGreaterThan(numRuns / 30)
  })
})
