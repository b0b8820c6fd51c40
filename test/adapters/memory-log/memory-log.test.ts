import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { openMemoryLog } from '../../../src/adapters/memory-log/memory-log.js'
import { copyMemoryStore, makeMemoryStore } from '../../../src/adapters/memory-log/memory-store.js'
import { instant } from '../../../src/domain/shared/instant.js'
import { vaultId } from '../../../src/domain/shared/identifiers.js'
import { eventLogSuite } from '../../../src/testing/event-log-suite.js'
import { runSuite } from '../../support/run-suite.js'

const id = vaultId('0123456789abcdef0123456789abcdef')
const fresh = () => {
  if (E.isLeft(id)) throw new Error('bad vault id')
  return makeMemoryStore({ vaultId: id.right, format: 1 })
}

runSuite('a store in memory', eventLogSuite(async () => {
  const store = fresh()
  return { open: async () => openMemoryLog(store), dispose: async () => undefined }
}))

describe('memory store', () => {
  const at = instant(0)
  const commit = (expectedVersion: number) => {
    if (E.isLeft(at)) throw new Error('bad instant')
    const records = [{ type: 'T', schema: 1, at: at.right, data: '{}' }] as const
    return { appends: [{ stream: 'vault', expectedVersion, records }], seal: [] } as const
  }

  it('lives on when a log on it is closed', async () => {
    const store = fresh()
    const first = openMemoryLog(store)
    await first.log.commit(commit(0))()
    await first.log.close()()
    expect(await openMemoryLog(store).log.read('vault')()).toMatchObject({ right: [{ version: 1 }] })
  })

  it('is on its own once copied', async () => {
    const store = fresh()
    await openMemoryLog(store).log.commit(commit(0))()
    const copy = copyMemoryStore(store)
    await openMemoryLog(store).log.commit(commit(1))()
    expect(await openMemoryLog(copy).log.read('vault')()).toMatchObject({ right: [{ version: 1 }] })
    expect(await openMemoryLog(copy).log.commit(commit(1))()).toEqual(E.right(undefined))
    expect(await openMemoryLog(store).log.readAll(0, 9)()).toMatchObject({ right: [{ version: 1 }, { version: 2 }] })
  })
})
