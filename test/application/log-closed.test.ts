import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import type { ChangeReport } from '../../src/application/reports.js'
import { done, eventsOf, quieten } from './bench-views.js'
import { type Bench, type Command, openBench } from './harness.js'
import { benchWithTwo } from './removal-bench.js'

const suspended = async (): Promise<Bench> => {
  const bench = await benchWithTwo()
  done(await bench.run((vault) => vault.suspend('alpha')))
  return bench
}

const commands: ReadonlyArray<readonly [string, () => Promise<Bench>, Command<ChangeReport>, string]> = [
  ['add', benchWithTwo, (vault) => vault.add('gamma', { monthlyLimit: 5 }), 'gamma'],
  ['remove', benchWithTwo, (vault) => vault.remove('alpha'), 'alpha'],
  ['rotate', benchWithTwo, (vault) => vault.rotate('alpha'), 'alpha'],
  ['suspend', benchWithTwo, (vault) => vault.suspend('alpha'), 'alpha'],
  ['resume', suspended, (vault) => vault.resume('alpha'), 'alpha'],
  ['update-limits', benchWithTwo, (vault) => vault.updateSpendLimits('alpha', { monthlyLimit: 7 }), 'alpha'],
  ['update-limits of a day', benchWithTwo, (vault) => vault.updateSpendLimits('alpha', { dailyLimit: 2 }), 'alpha'],
]

const changing = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.filter((line) => !line.startsWith('GET '))

describe('a log that is closed to a command midway', () => {
  it.each(commands)('is told by %s as nothing done only where nothing was recorded and nothing sent', async (_what, prepare, command, name) => {
    const before = await prepare()
    const facts = eventsOf(before, name).length
    const tellings = { nothing: 0, incomplete: 0 }
    for (let closedFrom = 0; ; closedFrom += 1) {
      const bench = await openBench({ copyOf: before, seed: 100 + closedFrom })
      bench.takeRequests()
      bench.trouble({ closedFrom })
      const answer = await bench.run(command)
      if (answer === null) throw new Error('no answer')
      const recorded = eventsOf(bench, name).length - facts
      const sent = changing(bench.takeRequests())
      if (E.isLeft(answer)) {
        expect(answer.left, `closed from read ${closedFrom}`).toMatchObject({ _tag: 'VaultUnavailable', reason: 'newer-key' })
        expect({ recorded, sent }, `closed from read ${closedFrom}`).toEqual({ recorded: 0, sent: [] })
        tellings.nothing += 1
      } else if (answer.right.outcome === 'incomplete') {
        expect(answer.right.reason).toContain('lean-vault reconcile')
        tellings.incomplete += 1
        bench.trouble({})
        expect(await quieten(bench), `closed from read ${closedFrom}`).toMatchObject({ outstanding: [] })
      } else break
    }
    expect(tellings.nothing).toBeGreaterThan(0)
    expect(tellings.incomplete).toBeGreaterThan(1)
  })
})
