import { describe, expect, it } from 'vitest'

import type { Guardrail } from '../../src/adapters/simulated-openrouter/account.js'
import { withEntry, withoutEntry } from '../../src/adapters/simulated-openrouter/account.js'
import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, eventsOf, minute, remoteKey } from './bench-views.js'
import { type Bench, type BenchOptions, openBench } from './harness.js'
import { always, refused } from './trouble.js'

const day = 86_400_000

const guarded = async (options: BenchOptions = {}): Promise<Bench> => {
  const bench = await openBench(options)
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 5, dailyLimit: 1 })))
  done(await bench.run((vault) => vault.add('beta', { monthlyLimit: 5, dailyLimit: 1 })))
  for (const name of ['alpha', 'beta']) bench.observer.meddled.add(remoteKey(bench, name).hash)
  bench.takeRequests()
  return bench
}

const assigned = (bench: Bench, name = 'alpha'): Guardrail | undefined => {
  const { assignments, guardrails } = bench.world.account
  return guardrails.get(assignments.get(remoteKey(bench, name).hash)?.guardrailId ?? '')
}

/** Somebody edits the guardrail that `alpha` is under on OpenRouter's site. */
const edit = (bench: Bench, change: Partial<Guardrail>): void => {
  const guardrail = assigned(bench)
  if (guardrail === undefined) throw new Error('alpha is under no guardrail')
  changeAccount(bench.world, bench.now(), (account) => ({ ...account, guardrails: withEntry(account.guardrails, guardrail.id, { ...guardrail, ...change }) }))
}

const unassign = (bench: Bench, name = 'alpha'): void => {
  const { hash } = remoteKey(bench, name)
  changeAccount(bench.world, bench.now(), (account) => ({ ...account, assignments: withoutEntry(account.assignments, hash) }))
}

const deleteGuardrail = (bench: Bench): void => {
  const id = assigned(bench)?.id ?? ''
  changeAccount(bench.world, bench.now(), (account) => ({
    ...account,
    guardrails: withoutEntry(account.guardrails, id),
    assignments: new Map([...account.assignments].filter(([, each]) => each.guardrailId !== id)),
  }))
}

const plantGuardrail = (bench: Bench, name: string, on: string): void => {
  const template = assigned(bench)
  if (template === undefined) throw new Error('alpha is under no guardrail')
  const hash = remoteKey(bench, on).hash
  const id = '11111111-1111-4111-8111-111111111111'
  changeAccount(bench.world, bench.now(), (account) => ({
    ...account,
    guardrails: withEntry(account.guardrails, id, { ...template, id, name }),
    assignments: withEntry(account.assignments, hash, { id: '22222222-2222-4222-8222-222222222222', keyHash: hash, guardrailId: id, createdAt: bench.now() }),
  }))
}

const reconcile = async (bench: Bench) => done(await bench.run((vault) => vault.reconcile()))
const planned = async (bench: Bench) => done(await bench.run((vault) => vault.reconcile({ dryRun: true })))
const enforcedBy = async (bench: Bench) => done(await bench.run((vault) => vault.show('alpha'))).enforcedBy.daily

describe('a guardrail that somebody', () => {
  it.each<readonly [string, (bench: Bench) => void, string]>([
    ['took off a key', unassign, 'its guardrail was taken off at OpenRouter'],
    ['deleted', deleteGuardrail, 'its guardrail was taken off at OpenRouter'],
    ['raised', (bench) => edit(bench, { limit: dollars('50') }), 'its guardrail was changed at OpenRouter'],
    ['gave a longer window at a higher limit', (bench) => edit(bench, { limit: dollars('9'), reset: 'monthly' }), 'its guardrail was changed at OpenRouter'],
    ['freed of its budget', (bench) => edit(bench, { limit: null, reset: null }), 'its guardrail was taken off at OpenRouter'],
  ])('%s is told by a dry run, put back by reconcile, and then is as it was', async (_what, meddle, found) => {
    const bench = await guarded()
    meddle(bench)
    const { drift } = await planned(bench)
    expect(drift).toContainEqual({ name: 'alpha', hash: remoteKey(bench, 'alpha').hash, found })
    expect(eventsOf(bench, 'alpha')).not.toContain('GuardrailDriftObserved')
    const report = await reconcile(bench)
    expect(report.drift.map(({ name }) => name)).toContain('alpha')
    expect(report.outstanding).toEqual([])
    for (const name of ['alpha', 'beta']) expect(assigned(bench, name)).toMatchObject({ limit: dollars('1'), reset: 'daily' })
    expect(await enforcedBy(bench)).toBe('guardrail')
    const before = bench.store.all.length
    expect((await reconcile(bench)).drift).toEqual([])
    expect(bench.store.all.length).toBe(before)
  })

  it('lowered stays so, and is told, until its owner resumes the key', async () => {
    const bench = await guarded()
    edit(bench, { limit: dollars('0.25') })
    expect((await reconcile(bench)).drift).toContainEqual(expect.objectContaining({ name: 'alpha', found: expect.stringContaining('lowered') as string }))
    expect((await reconcile(bench)).drift.map(({ name }) => name)).toEqual(['alpha', 'beta'])
    expect(assigned(bench)?.limit).toBe(dollars('0.25'))
    const shown = done(await bench.run((vault) => vault.show('alpha')))
    expect(shown).toMatchObject({ state: 'active', containedFor: ['drift'], enforcedBy: { daily: 'guardrail' }, pending: [] })
    expect(done(await bench.run((vault) => vault.resume('alpha')))).toMatchObject({ outcome: 'resumed', pending: [], notes: [] })
    expect(assigned(bench)?.limit).toBe(dollars('1'))
    expect(assigned(bench, 'beta')?.limit).toBe(dollars('0.25'))
    expect((await reconcile(bench)).drift.map(({ name }) => name)).toEqual(['beta'])
  })

  it('lowered gives way to a limit that is lower still, and not to a higher one', async () => {
    const bench = await guarded()
    edit(bench, { limit: dollars('0.25') })
    await reconcile(bench)
    expect(done(await bench.run((vault) => vault.updateSpendLimits('alpha', { dailyLimit: 2 }))).notes).toEqual(['it stays contained for: drift'])
    expect(assigned(bench)?.limit).toBe(dollars('0.25'))
    done(await bench.run((vault) => vault.updateSpendLimits('alpha', { dailyLimit: 0.1 })))
    expect(assigned(bench)?.limit).toBe(dollars('0.1'))
  })

  it('renamed stays ours, for it is known by its id', async () => {
    const bench = await guarded()
    edit(bench, { name: 'no mark at all' })
    expect(await reconcile(bench)).toMatchObject({ drift: [], outstanding: [] })
    expect(await enforcedBy(bench)).toBe('guardrail')
  })

  it('replaced by one of his own is never replaced again: the watcher stands in, and that is said', async () => {
    const bench = await guarded()
    plantGuardrail(bench, 'his own', 'alpha')
    expect((await reconcile(bench)).drift).toContainEqual(expect.objectContaining({ name: 'alpha' }))
    expect(assigned(bench)?.name).toBe('his own')
    expect(await enforcedBy(bench)).toBe('nobody')
    await bench.watch()
    expect(await enforcedBy(bench)).toBe('watcher')
  })

  it('took off is found by a watcher, at the latest ten minutes later, and put back', async () => {
    const bench = await guarded()
    await bench.watch()
    unassign(bench)
    expect((await bench.watch()).drift).toEqual([])
    bench.advance(11 * minute)
    const report = await bench.watch()
    expect(report.drift).toMatchObject([{ name: 'alpha', found: 'its guardrail was taken off at OpenRouter' }])
    expect(report.alerts.raised).toBeGreaterThan(0)
    expect(assigned(bench)).toMatchObject({ limit: dollars('1') })
  })

  it('is asked for only where this vault ever had one', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 5 })))
    bench.takeRequests()
    await reconcile(bench)
    expect(bench.takeRequests().filter((line) => line.includes('/guardrails'))).toEqual([])
  })

  it('hides behind a listing that is refused changes nothing', async () => {
    const bench = await guarded()
    bench.trouble({ faults: always('GET /guardrails', refused(403)) })
    expect(await reconcile(bench)).toMatchObject({ drift: [], outstanding: [] })
    expect(await enforcedBy(bench)).toBe('guardrail')
  })
})

describe('where guardrails were refused', () => {
  it('they are tried again once a day, and taken when they can be had', async () => {
    const bench = await openBench({ settings: { refuseGuardrails: true } })
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 5, dailyLimit: 1 })))
    await reconcile(bench)
    const tried = bench.store.all.length
    bench.advance(day / 2)
    await reconcile(bench)
    expect(bench.store.all.length).toBe(tried)
    const { account } = bench.world
    changeAccount(bench.world, bench.now(), () => ({ ...account, settings: { ...account.settings, refuseGuardrails: false } }))
    bench.advance(day)
    await reconcile(bench)
    expect(assigned(bench)).toMatchObject({ limit: dollars('1'), reset: 'daily' })
    expect(await enforcedBy(bench)).toBe('guardrail')
  })

  it('a key that is to be enforced or not at all keeps the limits that are', async () => {
    const bench = await openBench()
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 5, dailyLimit: 1, requireEnforced: true })))
    const { account } = bench.world
    changeAccount(bench.world, bench.now(), () => ({ ...account, settings: { ...account.settings, refuseGuardrails: true } }))
    const answer = await bench.run((vault) => vault.updateSpendLimits('alpha', { monthlyLimit: 9, dailyLimit: 2 }))
    expect(answer).toMatchObject({ _tag: 'Left' })
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ limits: { monthlySpend: 5, dailySpend: 1 }, enforcedBy: { daily: 'guardrail' }, pending: [] })
    expect(remoteKey(bench, 'alpha').limit).toBe(dollars('5'))
  })
})

describe('a guardrail of ours that no key is under', () => {
  const alone = async (): Promise<Bench> => {
    const bench = await guarded()
    for (const name of ['alpha', 'beta']) done(await bench.run((vault) => vault.updateSpendLimits(name, { dailyLimit: 2 })))
    expect(bench.world.account.guardrails.size).toBe(2)
    return bench
  }
  const oldOnes = (bench: Bench): number => [...bench.world.account.guardrails.values()].filter(({ limit }) => limit === dollars('1')).length

  it('is deleted by reconcile after a week, and never before', async () => {
    const bench = await alone()
    await reconcile(bench)
    bench.advance(6.9 * day)
    await reconcile(bench)
    bench.advance(0.2 * day)
    expect((await reconcile(bench)).guardrailsDeleted).toEqual([])
    expect(oldOnes(bench)).toBe(1)
    bench.advance(11 * minute)
    await bench.watch()
    expect(oldOnes(bench)).toBe(1)
    expect((await reconcile(bench)).guardrailsDeleted).toHaveLength(1)
    expect(oldOnes(bench)).toBe(0)
    for (const name of ['alpha', 'beta']) expect(assigned(bench, name)).toMatchObject({ limit: dollars('2') })
  })

  it('is not taken up while it is about to go, and stays when somebody put a key under it', async () => {
    const bench = await alone()
    await reconcile(bench)
    bench.advance(8 * day)
    await reconcile(bench)
    const [old] = [...bench.world.account.guardrails.values()].filter(({ limit }) => limit === dollars('1'))
    done(await bench.run((vault) => vault.add('gamma', { monthlyLimit: 5, dailyLimit: 1 })))
    expect(assigned(bench, 'gamma')?.id).not.toBe(old?.id)
    const { hash } = remoteKey(bench, 'beta')
    changeAccount(bench.world, bench.now(), (account) => ({
      ...account,
      assignments: withEntry(account.assignments, hash, { id: '44444444-4444-4444-8444-444444444444', keyHash: hash, guardrailId: old?.id ?? '', createdAt: bench.now() }),
    }))
    bench.advance(11 * minute)
    expect((await reconcile(bench)).guardrailsDeleted).toEqual([])
    expect(bench.world.account.guardrails.has(old?.id ?? '')).toBe(true)
  })

  it("of another vault's is left alone for ever", async () => {
    const bench = await alone()
    const [ours] = [...bench.world.account.guardrails.values()]
    if (ours === undefined) throw new Error('there is none')
    const theirs: Guardrail = { ...ours, id: '33333333-3333-4333-8333-333333333333', name: ours.name.replace('a'.repeat(32), 'b'.repeat(32)) }
    changeAccount(bench.world, bench.now(), (account) => ({ ...account, guardrails: withEntry(account.guardrails, theirs.id, theirs) }))
    for (let n = 0; n < 4; n += 1) {
      await reconcile(bench)
      bench.advance(8 * day)
    }
    expect(bench.world.account.guardrails.get(theirs.id)).toBe(theirs)
    expect(oldOnes(bench)).toBe(1)
  })
})
