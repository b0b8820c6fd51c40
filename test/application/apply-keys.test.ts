import { describe, expect, it } from 'vitest'

import type { ApplyOptions, DeclaredKeys } from '../../src/application/declared-keys.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, editRemote, failed, quieten, remoteKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { always, commitNumber, down, from, refused, unreachable } from './trouble.js'

const file: DeclaredKeys = {
  alpha: { monthlyLimit: 10, dailyLimit: 2, tags: { team: 'web' } },
  beta: { monthlyLimit: 5, alertThreshold: [0.5, 0.9] },
  gamma: {},
}

const apply = (bench: Bench, declared: DeclaredKeys = file, options?: ApplyOptions) => bench.run((vault) => vault.applyKeys(declared, options))
const plan = async (bench: Bench, declared: DeclaredKeys = file, prune = false) => done(await bench.run((vault) => vault.planKeys(declared, { prune })))
const stepsOf = async (bench: Bench, declared?: DeclaredKeys, prune?: boolean) =>
  (await plan(bench, declared, prune)).steps.map(({ name, step }) => `${step} ${name}`)
const eventsIn = async (bench: Bench): Promise<number> => done(await bench.run((vault) => vault.history())).length

/** Nothing is left to do, and doing it changes nothing. */
const expectAsDeclared = async (bench: Bench, declared: DeclaredKeys = file, options?: ApplyOptions): Promise<void> => {
  expect((await plan(bench, declared, options?.prune !== undefined)).steps).toEqual([])
  const before = await eventsIn(bench)
  bench.takeRequests()
  expect(done(await apply(bench, declared, options))).toMatchObject({ done: [], incomplete: [], failed: [], notTried: [] })
  expect(bench.takeRequests()).toEqual([])
  expect(await eventsIn(bench)).toBe(before)
  expect(bench.observer.problems).toEqual([])
}

/** One of each: a key to limit and tag, one to make, one to remove. */
const mixed: DeclaredKeys = { alpha: { monthlyLimit: 4, tags: { team: 'ops' } }, beta: { monthlyLimit: 5, dailyLimit: 1 } }
/** The same with a schedule for each of them. */
const scheduled: DeclaredKeys = { alpha: { ...mixed['alpha'], rotate: 'off' }, beta: { ...mixed['beta'], rotateAfter: '30d', rotate: 'on' } }
const before = async (seed = 1): Promise<Bench> => {
  const bench = await openBench({ seed })
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 10, tags: { team: 'web', tier: 'low' } })))
  done(await bench.run((vault) => vault.add('old', { monthlyLimit: 3 })))
  bench.trouble({})
  bench.takeRequests()
  return bench
}

describe('applying declared keys', () => {
  it('makes them, and the second time changes nothing', async () => {
    const bench = await openBench()
    expect(await stepsOf(bench)).toEqual(['add alpha', 'add beta', 'add gamma'])
    expect(bench.takeRequests()).toEqual([])
    const report = done(await apply(bench))
    expect(report.done.map(({ name, outcome }) => [name, outcome])).toEqual([['alpha', 'added'], ['beta', 'added'], ['gamma', 'added']])
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('10'), reset: 'monthly', disabled: false })
    expect(done(await bench.run((vault) => vault.show('beta'))).limits).toMatchObject({ monthlySpend: 5, alertThresholds: [0.5, 0.9] })
    await expectAsDeclared(bench)
  })

  it('changes what differs, leaves what is not spoken of, and removes nothing that is not declared', async () => {
    const bench = await before()
    expect(await plan(bench, mixed)).toMatchObject({
      steps: [
        { name: 'alpha', step: 'tag', changes: [{ field: 'tags.team', from: 'web', to: 'ops' }, { field: 'tags.tier', from: 'low', to: null }] },
        { name: 'alpha', step: 'update-limits', changes: [{ field: 'monthlyLimit', from: 10, to: 4 }] },
        { name: 'beta', step: 'add' },
      ],
      blocked: [],
      undeclared: ['old'],
    })
    expect(done(await apply(bench, mixed))).toMatchObject({ failed: [], undeclared: ['old'] })
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('4') })
    expect(done(await bench.run((vault) => vault.show('old'))).state).toBe('active')
    done(await apply(bench, { alpha: {}, beta: { dailyLimit: null } }))
    expect(done(await bench.run((vault) => vault.show('beta'))).limits).toMatchObject({ monthlySpend: 5, dailySpend: null })
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ tags: { team: 'ops' }, limits: { monthlySpend: 4 } })
  })

  it('removes what is not declared where that is asked, and only the life that was agreed to', async () => {
    const bench = await before()
    expect(await stepsOf(bench, mixed, true)).toEqual(['tag alpha', 'update-limits alpha', 'add beta', 'remove old'])
    expect(done(await apply(bench, mixed, { prune: ['old#2', 'alpha#1'] })).done.map(({ step }) => step)).not.toContain('remove')
    expect(done(await apply(bench, mixed, { prune: ['old#1'] })).done).toMatchObject([{ name: 'old', step: 'remove', outcome: 'removed' }])
    await expectAsDeclared(bench, mixed, { prune: true })
  })

  it('goes on with the others where one fails, and says which', async () => {
    const bench = await before()
    bench.trouble({ faults: always('POST /keys', refused(403)) })
    const report = done(await apply(bench, { ...mixed, zeta: { tags: {} } }, { prune: true }))
    expect(report.done.map(({ name, step }) => `${step} ${name}`)).toEqual(['tag alpha', 'update-limits alpha', 'remove old'])
    expect(report.failed).toMatchObject([
      { name: 'beta', step: 'add', error: { _tag: 'RemoteRefused', status: 403 } },
      { name: 'zeta', step: 'add', error: { _tag: 'RemoteRefused' } },
    ])
    bench.trouble({})
    expect(done(await apply(bench, mixed, { prune: true })).done.map(({ name }) => name)).toEqual(['beta'])
    await expectAsDeclared(bench, mixed, { prune: true })
  })

  it('leaves tags changed and all else as it was where OpenRouter cannot be reached, within one budget for all keys', async () => {
    const bench = await before()
    bench.trouble({ faults: from(0, unreachable) })
    const begun = bench.now()
    const report = done(await apply(bench, { ...mixed, zeta: {} }))
    expect(report.done.map(({ step }) => step)).toEqual(['tag'])
    expect(report.failed.map(({ name, error }) => [name, error._tag])).toEqual([['alpha', 'RemoteUnavailable'], ['beta', 'RemoteUnavailable'], ['zeta', 'RemoteUnavailable']])
    expect(bench.now() - begun).toBeLessThan(150_000)
    bench.trouble({})
    done(await apply(bench, mixed))
    await expectAsDeclared(bench, mixed)
  })

  it('finishes what another command left, before it compares', async () => {
    const bench = await openBench()
    bench.trouble({ kill: { request: 1, when: 'after' } })
    expect(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 99 }))).toBe(null)
    bench.trouble({})
    bench.advance(60_000)
    expect((await stepsOf(bench))[0]).toBe('tag alpha')
    expect(await stepsOf(bench)).toContain('finish alpha')
    done(await apply(bench))
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('10') })
    await expectAsDeclared(bench)
  })

  it('names what stands in the way and leaves it: a key that is gone, one that is being removed, limits that contradict', async () => {
    const bench = await before()
    done(await bench.run((vault) => vault.add('gamma', { monthlyLimit: 9, dailyLimit: 8 })))
    bench.trouble({ faults: always('DELETE /keys/:hash', down) })
    await bench.run((vault) => vault.remove('old'))
    bench.trouble({})
    editRemote(bench, 'alpha', { _tag: 'Delete' })
    done(await bench.run((vault) => vault.reconcile({ dryRun: true })))
    await bench.run((vault) => vault.suspend('alpha'))
    const declared = { alpha: { monthlyLimit: 1 }, gamma: { monthlyLimit: 5 }, old: { monthlyLimit: 1 }, fresh: { monthlyLimit: 1 } }
    const blocked = [
      ['alpha', 'KeyVanished'],
      ['gamma', 'InvalidInput'],
      ['old', 'KeyBeingRemoved'],
    ]
    expect((await plan(bench, declared)).blocked.map(({ name, error }) => [name, error._tag])).toEqual(blocked)
    const report = done(await apply(bench, declared))
    expect(report.done.map(({ name }) => name)).toEqual(['fresh'])
    expect(report.failed.map(({ name, error }) => [name, error._tag])).toEqual(blocked)
    expect(done(await bench.run((vault) => vault.show('gamma'))).limits).toMatchObject({ monthlySpend: 9, dailySpend: 8 })
  })

  it('changes a key in the overlap of its rotation, which is no unfinished work', async () => {
    const bench = await before()
    done(await bench.run((vault) => vault.rotate('alpha', { grace: '24h' })))
    expect(await stepsOf(bench, { alpha: {}, old: {} })).toEqual([])
    expect(done(await apply(bench, { alpha: { tags: {} }, old: {} })).done).toMatchObject([{ step: 'tag', outcome: 'updated' }])
    expect(done(await bench.run((vault) => vault.show('alpha'))).pending).toEqual(['overlap'])
  })

  it('says when each is to be replaced, and takes that back where null is declared', async () => {
    const bench = await before()
    const declared: DeclaredKeys = { alpha: { rotateAfter: '90d', rotate: 'on' }, fresh: { rotateAfter: '12h' } }
    expect((await plan(bench, declared)).steps).toMatchObject([
      { name: 'alpha', step: 'schedule', changes: [{ field: 'rotateAfter', from: null, to: '90d' }, { field: 'rotate', from: null, to: 'on' }] },
      { name: 'fresh', step: 'add' },
      { name: 'fresh', step: 'schedule', changes: [{ field: 'rotateAfter', from: null, to: '12h' }] },
    ])
    done(await apply(bench, declared))
    await expectAsDeclared(bench, declared)
    const { rotation } = done(await bench.run((vault) => vault.show('fresh')))
    expect(rotation).toMatchObject({ rotateAfter: '12h', rotate: null, byWatcher: false })
    expect(Date.parse(rotation.dueAt ?? '') - bench.now()).toBeLessThanOrEqual(12 * 3_600_000)
    await expectAsDeclared(bench, { alpha: { rotate: 'on' }, fresh: {} })
    done(await apply(bench, { alpha: { rotateAfter: 'off', rotate: null } }))
    expect(done(await bench.run((vault) => vault.show('alpha'))).rotation).toEqual({ rotateAfter: 'off', rotate: null, dueAt: null, byWatcher: false })
  })

  it('leaves a contained key contained, and changes what it is to have when it is resumed', async () => {
    const bench = await before()
    done(await bench.run((vault) => vault.suspend('alpha')))
    done(await apply(bench, { alpha: { monthlyLimit: 2 }, old: {} }))
    expect(remoteKey(bench, 'alpha').disabled).toBe(true)
    expect(done(await bench.run((vault) => vault.show('alpha'))).limits).toMatchObject({ monthlySpend: 2 })
  })

  it('never empties a vault because a file is empty', async () => {
    const bench = await before()
    expect(failed(await apply(bench, {}, { prune: true }))).toMatchObject({ _tag: 'InvalidInput', field: 'prune' })
    expect(done(await apply(bench, {})).undeclared).toEqual(['alpha', 'old'])
    expect(done(await bench.run((vault) => vault.list())).map(({ state }) => state)).toEqual(['active', 'active'])
  })

  it.each<readonly [unknown, string, string]>([
    [{ alpha: { monthly: 5 } }, 'monthly', 'is no option of the declared key alpha; did you mean monthlyLimit?'],
    [{ 'a b': {} }, 'name', 'must be 1 to 64 letters, digits, dots, underscores or hyphens and begin with a letter or digit'],
    [{ alpha: { monthlyLimit: 1, dailyLimit: 2 } }, 'dailyLimit', 'must not be above the monthly limit'],
    [{ alpha: { rotateAfter: '0d' } }, 'rotateAfter', 'must be a span such as 90d'],
    [{ alpha: { rotate: true } }, 'rotate', 'must be on, off, or null'],
    [[], 'keys', 'must be an object of keys by their names'],
  ])('refuses %j before anything is done', async (declared, field, rule) => {
    const bench = await openBench()
    expect(failed(await apply(bench, declared as DeclaredKeys))).toMatchObject({ _tag: 'InvalidInput', field })
    expect(failed(await bench.run((vault) => vault.planKeys(declared as DeclaredKeys)))).toMatchObject({ field, rule: expect.stringContaining(rule.slice(0, 12)) as unknown })
    expect(bench.takeRequests()).toEqual([])
  })
})

describe('a death while keys are applied', () => {
  const points = async (): Promise<{ readonly requests: number; readonly commits: number }> => {
    const bench = await before()
    done(await apply(bench, scheduled, { prune: true }))
    return bench.counted()
  }

  const goOn = async (bench: Bench): Promise<void> => {
    bench.trouble({})
    bench.advance(10 * 60_000)
    const report = done(await apply(bench, scheduled, { prune: true }))
    expect([report.failed, report.incomplete]).toEqual([[], []])
    await expectAsDeclared(bench, scheduled, { prune: true })
    expect(done(await bench.run((vault) => vault.list())).map(({ name, state }) => [name, state])).toEqual([['alpha', 'active'], ['beta', 'active']])
    await quieten(bench)
  }

  it('at any commit is finished by a second run', async () => {
    const { commits } = await points()
    expect(commits).toBeGreaterThan(12)
    for (let number = 0; number < commits; number++)
      for (const what of ['crash-before', 'crash-after'] as const) {
        const bench = await before(number + 2)
        bench.trouble({ commits: commitNumber(number, what) })
        await apply(bench, scheduled, { prune: true })
        await goOn(bench)
      }
  })

  it('at any request is finished by a second run', async () => {
    const { requests } = await points()
    expect(requests).toBeGreaterThan(8)
    for (let request = 0; request < requests; request++)
      for (const when of ['before', 'after'] as const) {
        const bench = await before(request + 2)
        bench.trouble({ kill: { request, when } })
        await apply(bench, scheduled, { prune: true })
        await goOn(bench)
      }
  })

  it('is no different where several apply the same file at once', async () => {
    const bench = await before()
    await bench.together([1, 2, 3].map(() => (vault) => vault.applyKeys(scheduled)))
    bench.advance(10 * 60_000)
    done(await apply(bench, scheduled))
    await expectAsDeclared(bench, scheduled)
    expect(bench.takeRequests()).toEqual([])
  })
})
