import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'

import type { AlertDeps } from '../../src/application/alerts/alert-deps.js'
import { evaluateAlerts } from '../../src/application/alerts/evaluate-alerts.js'
import { fulfilBy } from '../../src/application/alerts/fulfil-by.js'
import { listAlerts } from '../../src/application/alerts/alert-views.js'
import { logFacts } from '../../src/application/alerts/log-facts.js'
import { reviewLog } from '../../src/application/alerts/make-alerts.js'
import type { LocalDeps } from '../../src/application/deps.js'
import type { Remote } from '../../src/application/make-vault.js'
import { type AlertPolicy, defaultPolicy, type RuleSettings } from '../../src/domain/alerts/policy.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { sha256 } from '../simulation/sim-vault.js'
import { using } from './alert-bench.js'
import { done, remoteKey, useKey } from './bench-views.js'
import { type Bench, type Command, openBench } from './harness.js'
import { cannotSpend, wanted } from './removal-bench.js'
import { from, refused, unreachable } from './trouble.js'

type Parts = { readonly local: LocalDeps; readonly remote: Remote }

const acting: RuleSettings = { action: { 'limit-reached': 'contain' } }

const depsOf = ({ local, remote }: Parts, policy: Partial<AlertPolicy>): AlertDeps => ({
  ...local,
  digest: sha256,
  policy: { ...defaultPolicy, ...policy },
  policySource: { _tag: 'Program' },
  fulfil: fulfilBy(remote),
  ownRules: [],
  ownChannels: [],
  openChannel: () => TE.left({ _tag: 'DeliveryProblem', hopeless: true, message: 'no channel', retryAfter: null }),
})

const byKey: Partial<AlertPolicy> = { keys: { k: acting } }

/** One watcher's round that finds a key at so many percent of its limit. */
const watched = (bench: Bench, percent: number, policy = byKey): Command<number> => (_vault, parts) =>
  pipe(
    evaluateAlerts(depsOf(parts, policy), { now: bench.now() as Instant, keys: [using('k', percent, bench.now())], account: null }),
    TE.map((events) => events.length),
  )

/** A reconcile as the opened vault has it. */
const reconciled: Command<number> = (vault, parts) =>
  pipe(
    vault.reconcile(),
    TE.flatMap(() => reviewLog(depsOf(parts, byKey), null)),
  )

const open = async (): Promise<Bench> => {
  const bench = await openBench()
  done(await bench.run((vault) => vault.add('k', { monthlyLimit: 5, tags: { team: 'web' } })))
  bench.trouble({})
  return bench
}

const wishes = async (bench: Bench): Promise<number> =>
  done(await bench.run((vault) => vault.history({ name: 'k' }))).filter(({ event }) => event === 'ContainmentRequested').length

describe('a rule that acts', () => {
  it('contains its key once, and resume undoes it', async () => {
    const bench = await open()
    done(await bench.run(watched(bench, 100)))
    expect(remoteKey(bench, 'k')).toMatchObject(cannotSpend)
    expect(done(await bench.run((vault) => vault.show('k')))).toMatchObject({ state: 'suspended', containedFor: ['alert'] })
    const [alert] = done(await bench.run((_vault, parts) => listAlerts(depsOf(parts, {}), {})))
    expect(alert).toMatchObject({ rule: 'limit-reached', action: 'contain' })
    expect(alert?.next).toContain('This rule contains the key; lean-vault resume k lets it go.')
    expect(done(await bench.run((vault) => vault.resume('k')))).toMatchObject({ outcome: 'resumed', notes: [] })
    expect(remoteKey(bench, 'k')).toMatchObject(wanted)
    done(await bench.run(watched(bench, 101)))
    done(await bench.run(reconciled))
    expect(await useKey(bench, 'k')).toBe('works')
    expect(await wishes(bench)).toBe(1)
  })

  it('does not act where it is not told to, where another rule speaks, or where it is off', async () => {
    const bench = await open()
    done(await bench.run(watched(bench, 100, {})))
    const other = await open()
    done(await other.run(watched(other, 85)))
    const off = await open()
    done(await off.run((_vault, parts) => evaluateAlerts(depsOf(parts, { keys: { k: { ...acting, off: ['limit-reached'] } } }), { now: off.now() as Instant, keys: [using('k', 100, off.now())], account: null })))
    expect([await wishes(bench), await wishes(other), await wishes(off)]).toEqual([0, 0, 0])
  })

  it('acts for the keys of a tag', async () => {
    const bench = await open()
    const facts = { ...using('k', 100, bench.now()), tags: { team: 'web' } }
    done(await bench.run((_vault, parts) => evaluateAlerts(depsOf(parts, { tags: { 'team=web': acting } }), { now: bench.now() as Instant, keys: [facts], account: null })))
    expect(remoteKey(bench, 'k')).toMatchObject(cannotSpend)
  })

  it('goes by the tags that a key has now', async () => {
    const bench = await open()
    const policy: Partial<AlertPolicy> = { tags: { 'team=ops': acting } }
    const look: Command<unknown> = (_vault, parts) =>
      pipe(
        logFacts(depsOf(parts, policy), null, null),
        TE.map(({ keys }) => keys.map(({ tags }) => ({ ...using('k', 100, bench.now()), tags }))),
        TE.flatMap((keys) => evaluateAlerts(depsOf(parts, policy), { now: bench.now() as Instant, keys, account: null })),
      )
    done(await bench.run(look))
    expect(await wishes(bench)).toBe(0)
    const other = await open()
    done(await other.run((vault) => vault.changeTags('k', { team: 'ops' })))
    done(await other.run(look))
    expect(await wishes(other)).toBe(1)
  })

  it('of two watchers wishes once', async () => {
    const bench = await open()
    await bench.together([watched(bench, 100), watched(bench, 100), watched(bench, 100)])
    done(await bench.run(reconciled))
    expect(remoteKey(bench, 'k')).toMatchObject(cannotSpend)
    expect(await wishes(bench)).toBe(1)
  })

  it('contains once, whatever commit its process dies at, and a reconcile finishes it', async () => {
    const whole = await open()
    whole.trouble({})
    done(await whole.run(watched(whole, 100)))
    const { commits } = whole.counted()
    expect(commits).toBeGreaterThan(3)
    for (let number = 0; number < commits; number += 1)
      for (const what of ['crash-before', 'crash-after'] as const) {
        const bench = await open()
        bench.trouble({ commits: (each) => (each === number ? what : null) })
        expect(await bench.run(watched(bench, 100))).toBeNull()
        bench.trouble({})
        bench.advance(3_600_000)
        done(await bench.run(watched(bench, 100)))
        done(await bench.run(reconciled))
        expect(remoteKey(bench, 'k'), `${what} ${String(number)}`).toMatchObject(cannotSpend)
        expect(await wishes(bench)).toBe(1)
        done(await bench.run((vault) => vault.resume('k')))
        done(await bench.run(reconciled))
        expect(remoteKey(bench, 'k')).toMatchObject(wanted)
      }
  }, 30_000)

  it('is done by a reconcile where OpenRouter could not be reached', async () => {
    const bench = await open()
    bench.trouble({ faults: from(0, unreachable) })
    done(await bench.run(watched(bench, 100)))
    expect(remoteKey(bench, 'k')).toMatchObject(wanted)
    bench.trouble({})
    bench.advance(3_600_000)
    done(await bench.run(reconciled))
    expect(remoteKey(bench, 'k')).toMatchObject(cannotSpend)
    done(await bench.run((vault) => vault.resume('k')))
    bench.advance(3_600_000)
    done(await bench.run(reconciled))
    expect(remoteKey(bench, 'k')).toMatchObject(wanted)
  })

  it('is tried again less and less often where OpenRouter refuses it', async () => {
    const bench = await open()
    bench.trouble({ faults: (_world, request) => (request.method === 'PATCH' ? refused(403) : null) })
    for (let minutes = 0; minutes < 600; minutes += 2) {
      done(await bench.run(watched(bench, 100)))
      bench.advance(120_000)
    }
    const tries = await wishes(bench)
    expect(tries).toBeGreaterThan(8)
    expect(tries).toBeLessThan(20)
    bench.trouble({})
    bench.advance(3_600_000)
    done(await bench.run(reconciled))
    expect(remoteKey(bench, 'k')).toMatchObject(cannotSpend)
  }, 30_000)

  it('waits for a key that somebody is at, and leaves alone one that is gone', async () => {
    const bench = await open()
    await bench.together<unknown>([(vault) => vault.suspend('k'), watched(bench, 100)])
    bench.advance(120_000)
    done(await bench.run(reconciled))
    expect(done(await bench.run((vault) => vault.show('k'))).containedFor).toContain('alert')
    const gone = await open()
    gone.trouble({ commits: (each) => (each === 0 ? 'crash-after' : null) })
    await gone.run(watched(gone, 100))
    gone.trouble({})
    done(await gone.run((vault) => vault.remove('k')))
    done(await gone.run(reconciled))
    expect(await wishes(gone)).toBe(0)
  })
})
