import { describe, expect, it } from 'vitest'

import { alertDecider } from '../../../src/domain/alerts/alert-decider.js'
import { playTrace } from './trace-trial.js'

const seeds = Array.from({ length: 120 }, (_, seed) => seed)

describe('noisy traces with two watchers, restarts, late numbers, changed limits and turning windows', () => {
  it('miss nothing and tell nothing twice', () => {
    const trials = seeds.map((seed) => playTrace(seed))
    expect(trials.flatMap(({ problems }, seed) => problems.map((problem) => `seed ${seed}: ${problem}`))).toEqual([])
    const sum = (of: (trial: (typeof trials)[number]) => number) => trials.reduce((whole, trial) => whole + of(trial), 0)
    expect(sum(({ raised }) => raised)).toBeGreaterThan(400)
    expect(sum(({ restarts }) => restarts)).toBeGreaterThan(400)
    expect(sum(({ conflicts }) => conflicts)).toBeGreaterThan(100)
  })

  type Decide = typeof alertDecider.decide
  const planted: ReadonlyArray<readonly [what: string, decide: Decide]> = [
    ['forgets after a restart what was told', (command) => alertDecider.decide(command, alertDecider.initial)],
    ['forgets the steps', (command, state) => alertDecider.decide(command, { ...state, levels: new Map() })],
    [
      'believes an old limit',
      (command, state) => alertDecider.decide(command, { ...state, revisions: new Map(), levels: new Map(), cases: new Map() }),
    ],
    [
      'does not hear the highest steps',
      (command, state) =>
        alertDecider.decide(
          command._tag === 'Tell' ? { ...command, conditions: command.conditions.filter(({ level }) => level < 95) } : command,
          state,
        ),
    ],
  ]

  it.each(planted)('catch a decider that %s', (_what, decide) => {
    expect(seeds.some((seed) => playTrace(seed, decide).problems.length > 0)).toBe(true)
  })
})
