import { describe, expect, it } from 'vitest'

import { spendOnKey } from '../../src/adapters/simulated-openrouter/world.js'
import { reveal } from '../../src/application/secret.js'
import { zero } from '../../src/domain/shared/picodollars.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, failed, isSealed, minute, quieten, remoteKey, remoteKeys, stateOf } from './bench-views.js'
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
        "events": 22,
        "name": "alpha",
        "notes": [
          "until 2027-02-01T00:01:30.000Z the key has the $50.00 that were left of its limit; its own limit is set by lean-vault watch then, or by the next lean-vault reconcile",
        ],
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
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({
      state: 'active',
      alsoHeld: [],
      pending: ['window-turn'],
      plannedFor: '2027-02-01T00:01:30.000Z',
    })
  })

  it('lets both keys work on halves of what is left, and gives the old one while it works', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '100', dailyLimit: '50' })))
    const old = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    spendOnKey(bench.world, bench.now(), remoteKey(bench, 'alpha').hash, { credits: dollars('10'), byok: zero })
    bench.advance(minute)
    const report = done(await bench.run((vault) => vault.rotate('alpha', { grace: '7h' })))
    expect(report).toMatchObject({ outcome: 'rotated', pending: ['overlap'] })
    expect(reveal(done(await bench.run((vault) => vault.getPrevious('alpha'))).secret)).toBe(old)
    // Today 40 are left, 9.10 of which may have been spent already.
    expect(remoteKeys(bench, 'alpha').map(({ limit, reset }) => [limit, reset])).toEqual([
      [dollars('25.45'), null],
      [dollars('15.45'), null],
    ])
    expect(done(await bench.run((vault) => vault.getCurrentUsage('alpha')))).toMatchObject({ usage: { currentMonth: 10, currentDay: 10 } })
    await quieten(bench)
    const { plannedFor } = done(await bench.run((vault) => vault.show('alpha')))
    expect(report.notes).toEqual([`the old key works too until ${String(plannedFor)}; lean-vault get alpha --previous gives it`])
    expect(failed(await bench.run((vault) => vault.updateSpendLimits('alpha', { monthlyLimit: '120' })))).toMatchObject({ _tag: 'KeyBeingRotated' })
    bench.advance(7 * 60 * minute)
    await quieten(bench)
    expect(failed(await bench.run((vault) => vault.getPrevious('alpha')))).toMatchObject({ _tag: 'NoPreviousKey' })
    expect(done(await bench.run((vault) => vault.getCurrentUsage('alpha')))).toMatchObject({ usage: { currentMonth: 10 } })
  })

  it('has no overlap where nothing could be spent in it, and says so', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '5' })))
    const report = done(await bench.run((vault) => vault.rotate('alpha', { grace: '7h' })))
    expect(report).toMatchObject({ outcome: 'rotated', pending: ['window-turn'], remote: 'live' })
    expect(report.notes).toEqual([
      'too little was left for two keys (usage of up to $9.10 may come in late), so the old one did not work on beside the new one',
      'until 2027-02-01T00:01:30.000Z the key has the $5.00 that were left of its limit; its own limit is set by lean-vault watch then, or by the next lean-vault reconcile',
    ])
    expect(remoteKeys(bench, 'alpha').map(({ limit }) => limit)).toEqual([dollars('5')])
  })

  it('tells to the digit what is left, and that under two limits another one comes after the day', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '100', dailyLimit: '50' })))
    spendOnKey(bench.world, bench.now(), remoteKey(bench, 'alpha').hash, { credits: dollars('0.0011'), byok: zero })
    bench.advance(minute)
    const { notes } = done(await bench.run((vault) => vault.rotate('alpha')))
    expect(notes).toEqual([
      'until 2027-01-16T00:01:30.000Z the key has the $49.9989 that were left of its limit; what is left of its other limit is set by lean-vault watch then, or by the next lean-vault reconcile',
    ])
  })
})
