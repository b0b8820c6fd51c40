import { describe, expect, it } from 'vitest'

import { reveal } from '../../src/application/secret.js'
import { done, isSealed, quieten, remoteKeys, stateOf } from './bench-views.js'
import { openBench } from './harness.js'

describe('rotate', () => {
  it('replaces an unlimited key', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.add('alpha')))
    const before = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    bench.takeRequests()
    const report = done(await bench.run((vault) => vault.rotate('alpha')))
    expect(bench.takeRequests()).toMatchInlineSnapshot(`
      [
        "POST /keys",
        "GET /key as alpha/2",
        "PATCH /keys/alpha/2",
        "GET /keys/alpha/2",
        "PATCH /keys/alpha",
        "GET /keys/alpha",
        "DELETE /keys/alpha",
        "GET /key",
        "GET /workspaces",
        "GET /workspaces",
        "GET /keys default@0",
        "GET /keys team@0",
        "GET /keys/alpha",
        "GET /keys/alpha/2",
        "GET /key as alpha",
      ]
    `)
    expect(report).toMatchInlineSnapshot(`
      {
        "events": 15,
        "name": "alpha",
        "notes": [],
        "outcome": "rotated",
        "pending": [],
        "proof": "strong",
        "reason": null,
        "remote": "live",
      }
    `)
    const after = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    expect(after).not.toBe(before)
    expect(remoteKeys(bench, 'alpha')).toHaveLength(1)
    await quieten(bench)
    expect(stateOf(bench, 'alpha').rotation).toBe(null)
    expect(isSealed(bench, 'alpha')).toBe(true)
  })

  it('replaces a limited key', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '50' })))
    bench.takeRequests()
    const report = done(await bench.run((vault) => vault.rotate('alpha')))
    expect(bench.takeRequests()).toMatchInlineSnapshot(`
      [
        "POST /keys",
        "GET /key as alpha/2",
        "GET /keys/alpha",
        "PATCH /keys/alpha",
        "GET /keys/alpha",
        "PATCH /keys/alpha/2",
        "GET /keys/alpha/2",
        "PATCH /keys/alpha",
        "GET /keys/alpha",
        "GET /keys/alpha",
        "DELETE /keys/alpha",
        "GET /key",
        "GET /workspaces",
        "GET /workspaces",
        "GET /keys default@0",
        "GET /keys team@0",
        "GET /keys/alpha",
        "GET /keys/alpha/2",
        "GET /key as alpha",
        "PATCH /keys/alpha/2",
        "GET /keys/alpha/2",
      ]
    `)
    expect(report).toMatchInlineSnapshot(`
      {
        "events": 21,
        "name": "alpha",
        "notes": [],
        "outcome": "rotated",
        "pending": [
          "window-turn",
        ],
        "proof": "strong",
        "reason": null,
        "remote": "live",
      }
    `)
    await quieten(bench)
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'active', alsoHeld: [], pending: ['window-turn'] })
  })
})
