import { describe, expect, it, vi } from 'vitest'

import type { Death } from './custody/effects.js'
import { custodyFaults, remade } from './custody/planted.js'
import { keptLives } from './custody/kept.js'
import { type CustodyAction, custodyPlanOf, type CustodyStep } from './custody/plan.js'
import { runCustody } from './custody/run.js'
import { shrinkCustody, tellCustody } from './custody/shrink.js'
import { seedsFor } from './planted-faults.js'

// Real files on a busy disk are slow.
vi.setConfig({ testTimeout: 120_000 })

const seeds = Number(process.env['SIM_CUSTODY_SEEDS'] ?? 4)
const mostSeedsPerFault = 400

const step = (action: CustodyAction, death: Death | null = null): CustodyStep => ({ action, death, fault: null, meanwhile: null })

describe('lives with changes of the vault key, backups and restores, on real files', () => {
  it(
    `hand out what OpenRouter gave, open with the old key or the new, and let nothing live unnoticed, over ${String(seeds)} seeds`,
    async () => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const life = await runCustody(custodyPlanOf(seed))
        if (life.problems.length > 0) expect.fail(tellCustody(await shrinkCustody(life)))
      }
    },
    600_000,
  )

  it.each(keptLives())('hold every invariant for the kept life %s', async (_name, plan) => {
    const life = await runCustody(plan)
    if (life.problems.length > 0) expect.fail(tellCustody(life))
  })

  it('name each key that was made after the backup, and owe a decision on it until it is taken in or destroyed', async () => {
    const life = await runCustody({
      seed: 1,
      keySource: 'passphrase',
      steps: [
        step({ _tag: 'add', name: 'alpha', by: 'owner' }),
        step({ _tag: 'backup', file: 'first', opensFor: 'passphrase' }),
        step({ _tag: 'add', name: 'beta', by: 'program 1' }),
        step({ _tag: 'remove', name: 'alpha', by: 'owner' }),
        step({ _tag: 'add', name: 'alpha', by: 'owner' }),
        step({ _tag: 'change', to: 'passphrase' }),
        step({ _tag: 'restore', file: 'first', lost: 'machine' }),
        step({ _tag: 'reconcile', by: 'owner' }),
        step({ _tag: 'reconcile', by: 'program 2' }),
      ],
    })
    expect(life.problems).toEqual([])
    expect(life.story.slice(7).map((line) => line.replace(/-> [0-9a-f]{8}:/, '->'))).toEqual([
      'reconcile owner -> 2 outstanding, 2 unheld',
      'reconcile program 2 -> 2 outstanding, 2 unheld',
      'reconcile owner -> 2 outstanding, 2 unheld',
      'decide adopt -> 1 outstanding',
      'decide revoke -> 0 outstanding',
      'reconcile owner -> 0 outstanding, 0 unheld',
    ])
  })

  it('meet their deaths at every change of a file, a database or a keychain, from the first on', async () => {
    const ends = new Set<string>()
    for (let effect = 0; effect < 30; effect += 1) {
      const death = { effect, when: 'before' } as const
      const { problems, story } = await runCustody({ seed: 1, keySource: 'key-file', steps: [step({ _tag: 'change', to: 'keychain' }, death)] })
      expect(problems).toEqual([])
      const [told = ''] = story
      if (!told.includes('died')) break
      ends.add(told.replace(/.*died before /, ''))
    }
    expect([...ends]).toEqual(expect.arrayContaining(['keychain store', 'COMMIT', expect.stringMatching(/^unlinkSync .*\.key$/)]))
  })
})

describe('a planted fault of the vault key or of backups', () => {
  it.each(custodyFaults.map((fault) => [fault.name, fault] as const))(
    'is caught when the vault %s',
    async (_name, fault) => {
      for (const seed of seedsFor(fault, mostSeedsPerFault)) {
        const life = await runCustody(custodyPlanOf(seed), fault.custody)
        if (life.problems.length > 0) return
      }
      expect.fail(`${String(mostSeedsPerFault)} seeds did not catch it`)
    },
    300_000,
  )

  it('shrinks to a story that a person can read', async () => {
    const [fault] = custodyFaults
    if (fault === undefined) expect.fail('nothing is planted')
    const smallest = await shrinkCustody(await runCustody(custodyPlanOf(fault.seed), fault.custody), fault.custody)
    expect(smallest.plan.steps.map(({ action }) => action._tag).sort()).toEqual(['add', 'change'])
    expect(tellCustody(smallest)).toContain('was sealed after the vault key was replaced, and opens with the old one\n  change ')
  })

  it('is none where the same steps are made rightly by other hands', async () => {
    expect((await runCustody(custodyPlanOf(custodyFaults[0]?.seed ?? 1), remade)).problems).toEqual([])
  })
})
