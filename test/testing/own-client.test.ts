import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'

import { initVault, openVault } from '../../src/index.js'
import type { VaultId } from '../../src/domain/shared/identifiers.js'
import { type LifeParts, lifePlanOf, type LifeSubject, makeMemoryStore, openMemoryLog, runLife, tellLife } from '../../src/testing/index.js'
import { runs } from '../support/fc-runs.js'
import { type Mistake, ownClient } from './own-client.js'

const subjectWith = (mistake: Mistake): LifeSubject => {
  const options = (parts: LifeParts) => ({
    home: join(tmpdir(), 'lean-vault-no-folder'),
    baseUrl: 'https://openrouter.test/api/v1',
    overrides: { ...parts, connector: { clientFor: (managementKey: Parameters<typeof ownClient>[1]) => TE.right(ownClient(parts.transport, managementKey, mistake)), close: async () => undefined } },
  })
  return {
    store: async () => {
      const store = makeMemoryStore({ vaultId: 'd'.repeat(32) as VaultId, format: 1 })
      return { open: async () => openMemoryLog(store), dispose: async () => undefined }
    },
    initialise: (parts, managementKey) => initVault({ ...options(parts), managementKey }),
    open: (parts) => openVault(options(parts)),
  }
}

const seeds = runs(12).numRuns

describe('a client of OpenRouter by somebody outside', () => {
  it(`keeps lives in order, over ${String(seeds)} seeds`, async () => {
    const subject = subjectWith('none')
    for (let seed = 1; seed <= seeds; seed += 1) {
      const life = await runLife(subject, lifePlanOf(seed))
      expect(life.problems, tellLife(life)).toEqual([])
    }
  }, 120_000)

  it('is found out where it says that a key is deleted and does not ask for it', async () => {
    const subject = subjectWith('says that a key is deleted and does not ask for it')
    for (let seed = 1; seed <= 60; seed += 1) {
      const { problems } = await runLife(subject, lifePlanOf(seed))
      if (problems.length === 0) continue
      expect(problems.join()).toMatch(/still has .* to do|was said to be|lives at OpenRouter/)
      return
    }
    expect.fail('60 lives did not find it')
  }, 120_000)
})
