import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'

import { rotateDue } from '../../src/application/rotations/rotate-due.js'
import type { RotateDueOptions } from '../../src/application/vault.js'
import { watchPass } from '../../src/application/watch/watch-pass.js'
import { mostRotationsPerPass } from '../../src/application/watch/watch-rotations.js'
import type { Deps } from '../../src/application/deps.js'
import { type AlertPolicy, defaultPolicy, type RuleSettings } from '../../src/domain/alerts/policy.js'
import type { Millis } from '../../src/domain/shared/instant.js'
import { done, editRemote, eventsOf, minute, remoteKeys, stateOf } from './bench-views.js'
import { alertParts, type Bench, type Command, openBench } from './harness.js'
import { always, down } from './trouble.js'

const hour = 60 * minute
const day = 24 * hour

const policyOf = (all: RuleSettings, keys: AlertPolicy['keys'] = {}): AlertPolicy => ({ ...defaultPolicy, all: { ...defaultPolicy.all, ...all }, keys })

const monthly = policyOf({ rotateAfter: (30 * day) as Millis, rotate: true })

/** Keys that were made thirty days ago. */
const benchOf = async (names: ReadonlyArray<string>, policy: AlertPolicy): Promise<Bench> => {
  const bench = await openBench({ policy })
  for (const name of names) done(await bench.run((vault) => vault.add(name, { monthlyLimit: '50' })))
  bench.advance(30 * day)
  return bench
}

const due = (bench: Bench, policy: AlertPolicy, options?: RotateDueOptions) =>
  bench.run((_vault, { local, remote }) => rotateDue(local, remote.deps, policy, options))

const generationOf = (bench: Bench, name: string): number => {
  const { stage } = stateOf(bench, name)
  return 'key' in stage ? stage.key.incarnation.generation : 0
}

const requestsFor = (bench: Bench, name: string): number => eventsOf(bench, name).filter((type) => type === 'RotationRequested').length

describe('a schedule that the watcher keeps', () => {
  it('replaces a key at its age, with a day for both, and then has nothing to do until that age again', async () => {
    const bench = await benchOf(['alpha'], monthly)
    bench.advance(-minute)
    expect((await bench.watch()).rotations).toEqual({ begun: [], waiting: 0, heldBack: [] })
    bench.advance(minute)
    expect(await bench.watch()).toMatchObject({ rotations: { begun: ['alpha'], waiting: 0, heldBack: [] }, finished: [{ name: 'alpha', pending: ['overlap'] }], outstanding: [] })
    expect(generationOf(bench, 'alpha')).toBe(2)
    expect(remoteKeys(bench, 'alpha')).toHaveLength(2)
    expect((await bench.watch()).rotations.begun).toEqual([])
    bench.advance(day)
    for (let pass = 0; pass < 4; pass += 1) {
      await bench.watch()
      bench.advance(minute)
    }
    expect(remoteKeys(bench, 'alpha')).toHaveLength(1)
    expect(requestsFor(bench, 'alpha')).toBe(1)
    bench.advance(29 * day)
    expect((await bench.watch()).rotations.begun).toEqual(['alpha'])
  })

  it('tells nobody of what it does by itself, and everybody of what only they can do', async () => {
    const bench = await benchOf(['alpha'], monthly)
    expect(await bench.watch()).toMatchObject({ rotations: { begun: ['alpha'] }, alerts: { raised: 0 } })
    const told = await benchOf(['alpha'], policyOf({ rotateAfter: (30 * day) as Millis }))
    expect(await told.watch()).toMatchObject({ rotations: { begun: [], waiting: 0, heldBack: [] }, alerts: { raised: 1 } })
    expect(generationOf(told, 'alpha')).toBe(1)
  })

  it('is stronger where it was declared of a key than where it stands in the settings, and holds for its successors too', async () => {
    const policy = policyOf({ rotateAfter: (30 * day) as Millis, rotate: true }, { often: { rotateAfter: null } })
    const bench = await openBench({ policy })
    const declared = { never: { rotate: 'off', rotateAfter: 'off' }, often: { monthlyLimit: 50, rotateAfter: '10d' }, usual: {} } as const
    done(await bench.run((vault) => vault.applyKeys(declared)))
    bench.advance(10 * day)
    expect((await bench.watch()).rotations.begun).toEqual(['often'])
    expect(done(await due(bench, policy, { dryRun: true })).due).toEqual([])
    for (let hours = 0; hours < 28; hours += 4) {
      bench.advance(4 * hour)
      await bench.watch()
    }
    bench.advance(10 * day)
    expect((await bench.watch()).rotations.begun).toEqual(['often'])
    expect(generationOf(bench, 'often')).toBe(3)
    bench.advance(20 * day)
    expect((await bench.watch()).rotations.begun).toEqual(['usual'])
    expect(requestsFor(bench, 'never')).toBe(0)
  })

  it('tells of a key that is declared to be replaced by hand when its date is there', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.applyKeys({ alpha: { rotateAfter: '5d' } })))
    bench.advance(5 * day - minute)
    expect((await bench.watch()).alerts.raised).toBe(0)
    bench.advance(minute)
    expect(await bench.watch()).toMatchObject({ rotations: { begun: [], heldBack: [] }, alerts: { raised: 1 } })
    expect(done(await due(bench, defaultPolicy, { dryRun: true })).due).toMatchObject([{ name: 'alpha', why: 'age', heldBack: null }])
  })

  it('begins a few a pass, the longest overdue first, and says how many wait', async () => {
    const names = Array.from({ length: 7 }, (_, at) => `key-${String(9 - at)}`)
    const bench = await benchOf(names, monthly)
    const first = await bench.watch()
    expect(first.rotations).toEqual({ begun: names.slice(0, mostRotationsPerPass), waiting: 2, heldBack: [] })
    bench.advance(minute)
    expect((await bench.watch()).rotations).toMatchObject({ begun: names.slice(mostRotationsPerPass), waiting: 0 })
  })

  it('leaves a key that is contained, gone or not finished, and says why', async () => {
    const bench = await benchOf(['alpha', 'beta', 'gamma'], monthly)
    done(await bench.run((vault) => vault.suspend('alpha')))
    editRemote(bench, 'beta', { _tag: 'Delete' })
    done(await bench.run((vault) => vault.rotate('gamma', { grace: '7h' })))
    const { rotations } = await bench.watch()
    expect(rotations.begun).toEqual([])
    expect(rotations.heldBack).toEqual([{ name: 'alpha', reason: 'it is contained' }])
    await bench.watch()
    expect([requestsFor(bench, 'alpha'), requestsFor(bench, 'beta'), requestsFor(bench, 'gamma')]).toEqual([0, 0, 1])
    done(await bench.run((vault) => vault.resume('alpha')))
    expect((await bench.watch()).rotations.begun).toEqual(['alpha'])
  })

  it('does not replace a key again while its predecessor is owed', async () => {
    const bench = await benchOf(['alpha'], policyOf({ rotateAfter: hour as Millis, rotate: true }))
    bench.trouble({ faults: always('DELETE /keys/:hash', down) })
    for (let pass = 0; pass < 8; pass += 1) {
      await bench.watch()
      bench.advance(8 * hour)
    }
    expect(requestsFor(bench, 'alpha')).toBe(1)
    expect((await bench.watch()).rotations.heldBack).toEqual([{ name: 'alpha', reason: 'the key that it replaced is not proven gone yet' }])
    expect(remoteKeys(bench, 'alpha')).toHaveLength(2)
  })

  it('tries a key that fails at growing distances and tells of it once, and others are not kept waiting', async () => {
    const bench = await benchOf(['alpha', 'beta'], monthly)
    const faults = always('POST /keys', { _tag: 'refuse', status: 403 })
    let creations = 0
    bench.trouble({
      faults: (world, request, index) => {
        const isOfAlpha = (request.body ?? '').includes('alpha')
        creations += request.method === 'POST' && isOfAlpha ? 1 : 0
        return isOfAlpha ? faults(world, request, index) : null
      },
    })
    const reports = []
    const begun = bench.now()
    for (const hours of [0, 0.5, 1.1, 2, 3.2, 5, 7.3, 12, 15.5, 23]) {
      bench.advance(begun + hours * hour - bench.now())
      reports.push(await bench.watch())
    }
    expect(reports[0]).toMatchObject({ rotations: { begun: ['alpha', 'beta'] }, undone: [{ name: 'alpha' }] })
    expect(reports[1]?.rotations).toMatchObject({ begun: [], heldBack: [{ name: 'alpha', reason: expect.stringContaining('came to nothing') as string }] })
    expect(generationOf(bench, 'beta')).toBe(2)
    expect([creations, requestsFor(bench, 'alpha')]).toEqual([5, 5])
    expect(reports.reduce((sum, { alerts }) => sum + alerts.raised, 0)).toBe(1)
    bench.trouble({})
    bench.advance(day)
    expect((await bench.watch()).rotations.begun).toEqual(['alpha'])
  })

  it('replaces an expiring key in time by one that lives as long, where it rotates at all', async () => {
    const bench = await openBench({ policy: policyOf({}, { alpha: { rotate: true } }) })
    for (const name of ['alpha', 'beta']) done(await bench.run((vault) => vault.add(name, { expires: '30d' })))
    const [before] = remoteKeys(bench, 'alpha')
    bench.advance(28 * day - minute)
    expect((await bench.watch()).rotations.begun).toEqual([])
    bench.advance(minute)
    expect((await bench.watch()).rotations).toMatchObject({ begun: ['alpha'], heldBack: [] })
    const after = remoteKeys(bench, 'alpha').find(({ hash }) => hash !== before?.hash)
    expect((after?.expiresAt ?? 0) - (before?.expiresAt ?? 0)).toBe(28 * day)
    bench.advance(27 * day)
    await bench.watch()
    expect([generationOf(bench, 'alpha'), generationOf(bench, 'beta')]).toEqual([2, 1])
  })

  it('does not turn a key of a short life over and over', async () => {
    const bench = await openBench({ policy: policyOf({ rotate: true }) })
    done(await bench.run((vault) => vault.add('alpha', { expires: '8h' })))
    for (let pass = 0; pass < 4; pass += 1) {
      await bench.watch()
      bench.advance(59 * minute)
    }
    expect(requestsFor(bench, 'alpha')).toBe(0)
    bench.advance(4 * minute)
    expect((await bench.watch()).rotations.begun).toEqual(['alpha'])
  })

  it('is kept by two watchers at once, with one rotation a key', async () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const bench = await openBench({ copyOf: await benchOf(['alpha', 'beta'], monthly), seed, policy: monthly })
      const pass: Command<unknown> = (_vault, { remote }) =>
        TE.flatMap((deps: Deps) => watchPass({ ...alertParts, policy: monthly, ...deps }, hour as Millis))(remote.deps())
      await bench.together([pass, pass, pass])
      await bench.watch()
      expect([requestsFor(bench, 'alpha'), requestsFor(bench, 'beta')]).toEqual([1, 1])
      expect(remoteKeys(bench, 'alpha')).toHaveLength(2)
    }
  })
})

describe('rotate --due', () => {
  const aged = policyOf({ rotateAfter: (30 * day) as Millis })

  it('says which keys are due and why, and changes nothing', async () => {
    const bench = await benchOf(['alpha', 'beta'], aged)
    done(await bench.run((vault) => vault.add('young')))
    done(await bench.run((vault) => vault.suspend('beta')))
    bench.takeRequests()
    expect(done(await due(bench, aged, { dryRun: true }))).toMatchInlineSnapshot(`
      {
        "due": [
          {
            "heldBack": null,
            "name": "alpha",
            "since": "2027-02-14T08:00:00.002Z",
            "why": "age",
          },
          {
            "heldBack": "it is contained",
            "name": "beta",
            "since": "2027-02-14T08:00:00.005Z",
            "why": "age",
          },
        ],
        "failed": [],
        "rotations": [],
      }
    `)
    expect(bench.takeRequests()).toEqual([])
    expect(requestsFor(bench, 'alpha')).toBe(0)
  })

  it('replaces each, one failing or not, with a report of each', async () => {
    const bench = await benchOf(['alpha', 'beta', 'gamma'], aged)
    bench.trouble({ faults: (_world, request) => ((request.body ?? '').includes('beta') ? { _tag: 'refuse', status: 403 } : null) })
    const report = done(await due(bench, aged))
    expect(report.rotations).toMatchObject([{ name: 'alpha', outcome: 'rotated', pending: ['overlap'] }, { name: 'gamma', outcome: 'rotated', pending: ['overlap'] }])
    expect(report.failed).toEqual([{ name: 'beta', error: 'RemoteRefused', reason: expect.any(String) as string }])
    bench.trouble({})
    expect(done(await due(bench, aged, { grace: '0m' }))).toMatchObject({ due: [{ name: 'beta' }], rotations: [{ name: 'beta', outcome: 'rotated', pending: ['window-turn'] }], failed: [] })
    expect(done(await due(bench, aged))).toEqual({ due: [], rotations: [], failed: [] })
  })

  it('goes on with one that was cut short', async () => {
    const bench = await benchOf(['alpha'], aged)
    bench.trouble({ kill: { request: 3, when: 'after' } })
    expect(await due(bench, aged)).toBe(null)
    bench.trouble({})
    bench.advance(hour)
    expect(done(await due(bench, aged))).toMatchObject({ rotations: [{ name: 'alpha', outcome: 'rotated' }], failed: [] })
    expect(requestsFor(bench, 'alpha')).toBe(1)
  })
})
