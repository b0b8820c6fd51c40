import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { initVault, openVault } from '../../src/index.js'
import { type LifeParts, lifePlanOf, type LifeSubject, runLife, shrinkLife, tellLife } from '../../src/testing/index.js'
import { runs } from '../support/fc-runs.js'
import { jsonLinesStore } from './json-lines-store.js'

const optionsOf = (overrides: LifeParts) => ({ home: join(tmpdir(), 'lean-vault-no-folder'), baseUrl: 'https://openrouter.test/api/v1', overrides })

const subjectOf = (store: LifeSubject['store']): LifeSubject => ({
  store,
  initialise: (parts, managementKey) => initVault({ ...optionsOf(parts), managementKey }),
  open: (parts) => openVault(optionsOf(parts)),
})

const seeds = runs(25).numRuns

describe('lives of keys on the adapters of somebody outside', () => {
  it(`are in order on a store of lines, over ${String(seeds)} seeds`, async () => {
    const subject = subjectOf(jsonLinesStore())
    let died = 0
    for (let seed = 1; seed <= seeds; seed += 1) {
      const life = await runLife(subject, lifePlanOf(seed))
      expect(life.problems, tellLife(life)).toEqual([])
      died += life.story.filter((line) => line.endsWith('its process died')).length
    }
    expect(died).toBeGreaterThan(0)
  }, 120_000)

  it('replay from their seed', async () => {
    const subject = subjectOf(jsonLinesStore())
    const [first, second] = [await runLife(subject, lifePlanOf(7)), await runLife(subject, lifePlanOf(7))]
    expect(second.story).toEqual(first.story)
  })

  it.each([
    ['forgets what is sealed with a key', jsonLinesStore((asked) => (asked.appends.some(({ stream }) => stream.startsWith('key/')) ? { ...asked, seal: [] } : asked)), ['add']],
    ['writes another event than it was given', jsonLinesStore((asked) => (asked.appends[0].records.some(({ type }) => type === 'RemovalRequested') ? { ...asked, appends: [{ ...asked.appends[0], records: [{ ...asked.appends[0].records[0], type: 'RetryRequested', data: '{}' }] }] } : asked)), ['add', 'remove']],
  ] as const)('show that a store %s, and shrink to what is needed for it', async (_what, store, needed) => {
    const subject = subjectOf(store)
    for (let seed = 1; ; seed += 1) {
      const life = await runLife(subject, lifePlanOf(seed))
      if (life.problems.length === 0) continue
      const smallest = await shrinkLife(subject, life)
      expect(smallest.plan.actions.map(({ command }) => command), tellLife(smallest)).toEqual(needed)
      expect(tellLife(smallest).split('\n').length).toBeLessThan(8)
      return
    }
  }, 120_000)
})
