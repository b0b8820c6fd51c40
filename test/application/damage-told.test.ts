import { describe, expect, it } from 'vitest'

import { openMemoryLog } from '../../src/adapters/memory-log/memory-log.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { done } from './bench-views.js'
import { openBench } from './harness.js'

describe('a pass of the watcher that meets a damaged record', () => {
  it('raises audit-failure once, however many passes fail', async () => {
    const bench = await openBench({ check: false })
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '5' })))
    const { log } = openMemoryLog(bench.store)
    const version = bench.store.all.filter((each) => each.stream === 'key/alpha').length
    const record = { type: 'Activated', schema: 1, at: bench.now() as Instant, data: '{"policy":5}' }
    await log.commit({ appends: [{ stream: 'key/alpha', expectedVersion: version, records: [record] }], seal: [] })()
    for (let pass = 0; pass < 3; pass += 1) {
      expect(await bench.watch()).toMatchObject({ state: 'failed' })
      bench.advance(60_000)
    }
    const raised = bench.store.all.filter(({ stream, type }) => stream === 'alert/account' && type === 'AlertRaised')
    expect(raised.map(({ data }) => data)).toEqual([expect.stringContaining('audit-failure')])
  })
})
