import { beforeEach, describe, expect, it } from 'vitest'

import type { ForeignVault } from '../../src/application/ports/foreign-vault.js'
import { reveal, secret } from '../../src/application/secret.js'
import { editKey } from '../../src/adapters/simulated-openrouter/dashboard.js'
import { handle } from '../../src/adapters/simulated-openrouter/handle.js'
import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import type { KeyHash } from '../../src/domain/shared/identifiers.js'
import { sha256 } from '../simulation/sim-vault.js'
import { done, eventsOf, failed, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { always, from, on, refused, unreachable } from './trouble.js'

interface Made {
  readonly key: string
  readonly hash: KeyHash
}

/** A key that somebody makes on the site of OpenRouter. */
const makeRemote = (bench: Bench, body: Readonly<Record<string, unknown>>): Made => {
  let made: ReadonlyArray<Made> = []
  changeAccount(bench.world, bench.now(), (account) => {
    const request = { method: 'POST', path: '/keys', query: {}, bearer: bench.managementKey, body: JSON.stringify(body) }
    const handled = handle(sha256, account, request, bench.now())
    const read: { readonly key: string; readonly data: { readonly hash: KeyHash } } = JSON.parse(handled.response.body)
    made = [{ key: read.key, hash: read.data.hash }]
    return handled.account
  })
  const [only] = made
  if (only === undefined) throw new Error('no key was made')
  return only
}

const importing = (bench: Bench, name: string, { key }: Made) => bench.run((vault) => vault.importKey(name, secret(key)))
const foreign = (keys: ForeignVault['keys'], more: Partial<ForeignVault> = {}): ForeignVault => ({
  keys,
  unreadable: [],
  hasManagementKey: false,
  ...more,
})

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
  bench.takeRequests()
})

describe('a key that is imported by its secret', () => {
  it('is found by its hash, sealed with its limit, and changed in nothing at OpenRouter', async () => {
    const made = makeRemote(bench, { name: 'elsewhere', limit: 25, limit_reset: 'monthly' })
    expect(done(await importing(bench, 'alpha', made))).toMatchObject({ outcome: 'added', remote: 'live', events: 1, pending: [] })
    expect(bench.takeRequests().filter((line) => !line.startsWith('GET '))).toEqual([])
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({
      state: 'active',
      hash: made.hash,
      limits: { monthlySpend: 25 },
      secretHeld: true,
      keptLimit: null,
    })
    expect(eventsOf(bench, 'alpha')).toEqual(['Adopted'])
    expect(await useKey(bench, 'alpha')).toBe('works')
  })

  it.each([
    ['a lifetime cap', { limit: 7 }, { amount: 7, window: null }],
    ['a weekly limit', { limit: 3, limit_reset: 'weekly' }, { amount: 3, window: 'weekly' }],
  ])('with %s keeps it through suspend and resume', async (_, limits, kept) => {
    const made = makeRemote(bench, { name: 'elsewhere', ...limits })
    done(await importing(bench, 'alpha', made))
    const before = bench.world.account.keys.get(made.hash)
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ limits: { monthlySpend: null }, keptLimit: kept })
    done(await bench.run((vault) => vault.suspend('alpha')))
    expect(bench.world.account.keys.get(made.hash)).toMatchObject({ disabled: true })
    done(await bench.run((vault) => vault.resume('alpha')))
    const { disabled, limit, reset, includeByok } = before ?? {}
    expect(bench.world.account.keys.get(made.hash)).toMatchObject({ disabled, limit, reset, includeByok })
  })

  it('that is disabled there is suspended here until somebody resumes it', async () => {
    const made = makeRemote(bench, { name: 'alpha', limit: 5, limit_reset: 'monthly' })
    changeAccount(bench.world, bench.now(), (account) => editKey(account, made.hash, { _tag: 'SetDisabled', disabled: true }, bench.now()))
    expect(done(await importing(bench, 'alpha', made))).toMatchObject({ outcome: 'added', notes: [expect.stringContaining('suspended')] })
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'suspended' })
    done(await bench.run((vault) => vault.resume('alpha')))
    expect(bench.world.account.keys.get(made.hash)).toMatchObject({ disabled: false, limit: 5_000_000_000_000n })
  })

  it('is unchanged the second time, and refused under another name', async () => {
    const made = makeRemote(bench, { name: 'elsewhere', limit: 5 })
    done(await importing(bench, 'alpha', made))
    expect(done(await importing(bench, 'alpha', made))).toMatchObject({ outcome: 'unchanged', events: 0 })
    expect(failed(await importing(bench, 'beta', made))).toMatchObject({ _tag: 'KeyHeldAlready', name: 'alpha' })
    const other = makeRemote(bench, { name: 'another', limit: 5 })
    expect(failed(await importing(bench, 'alpha', other))).toMatchObject({ _tag: 'NameTaken' })
  })

  it('that OpenRouter does not have is not taken, nor one that cannot be asked about', async () => {
    const strange = { key: `sk-or-v1-${'9'.repeat(64)}`, hash: 'x' as KeyHash }
    expect(failed(await importing(bench, 'alpha', strange))).toMatchObject({ _tag: 'KeyNotAtOpenRouter' })
    const made = makeRemote(bench, { name: 'elsewhere', limit: 5 })
    bench.trouble({ faults: from(0, unreachable) })
    expect(failed(await importing(bench, 'alpha', made))).toMatchObject({ _tag: 'RemoteUnavailable' })
    bench.trouble({})
    expect(done(await bench.run((vault) => vault.list({ all: true })))).toEqual([])
  })

  it('is removed like any other: contained, deleted, proven, shredded', async () => {
    const made = makeRemote(bench, { name: 'elsewhere', limit: 5 })
    done(await importing(bench, 'alpha', made))
    done(await bench.run((vault) => vault.add('canary')))
    expect(done(await bench.run((vault) => vault.remove('alpha')))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
    expect(bench.world.account.keys.has(made.hash)).toBe(false)
  })

  it('is whole or not there, wherever the process dies', async () => {
    for (const crash of ['crash-before', 'crash-after'] as const) {
      const made = makeRemote(bench, { name: 'elsewhere', limit: 5 })
      const name = `k-${crash}`
      bench.trouble({ commits: (number) => (number === 0 ? crash : null) })
      await importing(bench, name, made)
      bench.trouble({})
      expect(done(await importing(bench, name, made)).outcome).toBe(crash === 'crash-before' ? 'added' : 'unchanged')
      expect(await useKey(bench, name)).toBe('works')
    }
  })
})

describe('another vault that is imported', () => {
  it('comes over key by key; what is gone or does not open is named, and a repeat changes nothing', async () => {
    const [one, two, three] = ['1', '2', '3'].map((name) => makeRemote(bench, { name, limit: 5, limit_reset: 'monthly' }))
    if (one === undefined || two === undefined || three === undefined) throw new Error('three keys')
    const vault = foreign(
      [
        { name: 'ci-runner', secret: secret(one.key), id: one.hash },
        { name: 'team alpha/prod', secret: secret(two.key), id: two.hash },
        { name: 'team-alpha-prod', secret: secret(three.key), id: two.hash },
        { name: 'dead', secret: secret(`sk-or-v1-${'8'.repeat(64)}`), id: null },
      ],
      { unreadable: [{ name: 'odd', reason: 'does not open' }], hasManagementKey: true },
    )
    const first = done(await bench.run((each) => each.importVault(vault)))
    expect(first.imported.map(({ name, from: was, notes }) => [name, was, notes.length])).toEqual([
      ['ci-runner', 'ci-runner', 0],
      ['team-alpha-prod', 'team alpha/prod', 0],
      ['team-alpha-prod-2', 'team-alpha-prod', 1],
    ])
    expect(first).toMatchObject({ gone: [{ from: 'dead' }], failed: [{ from: 'odd' }], hadManagementKey: true })
    const again = done(await bench.run((each) => each.importVault(vault)))
    expect(again.imported).toEqual([])
    expect(again.unchanged.map(({ name }) => name)).toEqual(['ci-runner', 'team-alpha-prod', 'team-alpha-prod-2'])
  })
})

describe('when a key is to be replaced, in a document', () => {
  it('is taken over with the key and exported again; of a key that is here it is told where it differs, and not changed', async () => {
    const made = makeRemote(bench, { name: 'elsewhere', limit: 5, limit_reset: 'monthly' })
    const own = { name: 'ci-runner', secret: secret(made.key), id: made.hash }
    const schedule = { rotateAfter: '90d', rotate: 'on' } as const
    const importing = async (said: ForeignVault['keys'][number]['schedule']) =>
      done(await bench.run((vault) => vault.importVault(foreign([{ ...own, ...(said === undefined ? {} : { schedule: said }) }]))))
    const exported = async () => done(await bench.run((vault) => vault.exportVault())).keys.map((key) => key.schedule)
    expect(await importing(schedule)).toMatchObject({ imported: [{ name: 'ci-runner', notes: [] }] })
    expect(eventsOf(bench, 'ci-runner')).toContain('RotationScheduled')
    expect(await exported()).toEqual([schedule])
    expect(await importing(schedule)).toMatchObject({ imported: [], unchanged: [{ notes: [] }] })
    expect(await importing(undefined)).toMatchObject({ unchanged: [{ notes: [] }] })
    expect(await importing({ rotateAfter: '30d' })).toMatchObject({ unchanged: [{ notes: ['the document says rotateAfter 30d, recorded is 90d'] }] })
    expect(await exported()).toEqual([schedule])
  })

  it('is recorded with the key or not at all, wherever the process dies', async () => {
    for (const crash of ['crash-before', 'crash-after'] as const) {
      const made = makeRemote(bench, { name: 'elsewhere', limit: 5, limit_reset: 'monthly' })
      const vault = foreign([{ name: crash, secret: secret(made.key), id: null, schedule: { rotateAfter: '90d' } }])
      bench.trouble({ commits: (number) => (number === 0 ? crash : null) })
      expect(await bench.run((each) => each.importVault(vault))).toBeNull()
      expect(eventsOf(bench, crash)).toEqual(crash === 'crash-before' ? [] : ['Adopted', 'RotationScheduled'])
      bench.trouble({})
    }
  })

  it('is told where it is no span, and the key is taken all the same', async () => {
    const made = makeRemote(bench, { name: 'elsewhere', limit: 5, limit_reset: 'monthly' })
    const vault = foreign([{ name: 'a', secret: secret(made.key), id: null, schedule: { rotateAfter: 'soon' } }])
    expect(done(await bench.run((each) => each.importVault(vault)))).toMatchObject({
      imported: [{ name: 'a', notes: ['the document says rotateAfter soon, recorded is none'] }],
    })
  })
})

describe('the secret of a key that is looked after without it', () => {
  const tracked = async (): Promise<Made> => {
    const made = makeRemote(bench, { name: 'laptop', limit: 5, limit_reset: 'monthly' })
    done(await bench.run((vault) => vault.reconcile({ adopt: made.hash })))
    return made
  }

  it.each(['by its name', 'with a whole vault'] as const)('is taken %s, once, and then it is handed out', async (how) => {
    const made = await tracked()
    const whole = foreign([{ name: 'OPENROUTER_API_KEY', secret: secret(made.key), id: null }])
    if (how === 'by its name') expect(done(await importing(bench, 'laptop', made))).toMatchObject({ outcome: 'updated', notes: ['its secret is here from now on'] })
    else
      expect(done(await bench.run((vault) => vault.importVault(whole)))).toMatchObject({
        imported: [{ name: 'laptop', notes: ['its secret is here from now on'] }],
        unchanged: [],
      })
    expect(eventsOf(bench, 'laptop')).toEqual(['Adopted', 'SecretSealed'])
    expect(await useKey(bench, 'laptop')).toBe('works')
    expect(done(await importing(bench, 'laptop', made))).toMatchObject({ outcome: 'unchanged', events: 0 })
    expect(done(await bench.run((vault) => vault.importVault(whole)))).toMatchObject({ imported: [], unchanged: [{ name: 'laptop' }] })
    expect(done(await bench.run((vault) => vault.remove('laptop')))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
  })

  it('is taken while OpenRouter cannot be asked, since its hash proves it', async () => {
    const made = await tracked()
    bench.trouble({ faults: from(0, unreachable) })
    expect(done(await importing(bench, 'laptop', made))).toMatchObject({ outcome: 'updated' })
    bench.trouble({})
    expect(await useKey(bench, 'laptop')).toBe('works')
  })

  it.each(['crash-before', 'crash-after'] as const)('is here whole or not at all after %s the commit', async (crash) => {
    const made = await tracked()
    bench.trouble({ commits: (number) => (number === 0 ? crash : null) })
    await importing(bench, 'laptop', made)
    bench.trouble({})
    expect(done(await importing(bench, 'laptop', made)).outcome).toBe(crash === 'crash-before' ? 'updated' : 'unchanged')
    expect(await useKey(bench, 'laptop')).toBe('works')
  })

  it('is refused under another name, with the name that has the key', async () => {
    const made = await tracked()
    expect(failed(await importing(bench, 'beta', made))).toMatchObject({ _tag: 'KeyHeldAlready', name: 'laptop' })
    expect(eventsOf(bench, 'laptop')).toEqual(['Adopted'])
  })

  it('is not taken any more once the key is being revoked, and that is told', async () => {
    const made = await tracked()
    bench.trouble({ faults: always('DELETE /keys/:hash', refused(500)) })
    await bench.run((vault) => vault.remove('laptop', { leaked: true }))
    const whole = foreign([{ name: 'laptop', secret: secret(made.key), id: null }])
    expect(done(await bench.run((vault) => vault.importVault(whole)))).toMatchObject({ imported: [], unchanged: [], failed: [{ from: 'laptop' }] })
    expect(eventsOf(bench, 'laptop')).not.toContain('SecretSealed')
  })
})

describe('a key that a rotation replaced', () => {
  it('is no new key when a file still has it: it is named, and not taken', async () => {
    const added = done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '10' })))
    expect(added).toMatchObject({ outcome: 'added' })
    const old = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    done(await bench.run((vault) => vault.rotate('alpha', { grace: '1h' })))
    const report = done(await bench.run((vault) => vault.importVault(foreign([{ name: 'alpha', secret: secret(old), id: null }]))))
    expect(report).toMatchObject({ imported: [], unchanged: [], failed: [{ from: 'alpha', reason: expect.stringContaining('alpha has given this key up') }] })
    expect(done(await bench.run((vault) => vault.list({ all: true })))).toHaveLength(1)
    expect(await useKey(bench, 'alpha')).toBe('works')
  })
})

describe('a key that is adopted by its hash', () => {
  it('is looked after without its secret, under the name that it has at OpenRouter', async () => {
    const made = makeRemote(bench, { name: 'Bob’s laptop', limit: 5, limit_reset: 'monthly' })
    expect(done(await bench.run((vault) => vault.reconcile({ adopt: made.hash })))).toMatchObject({
      adopted: [{ name: 'Bob-s-laptop', hash: made.hash }],
      outstanding: [],
    })
    expect(failed(await bench.run((vault) => vault.get('Bob-s-laptop')))).toEqual({ _tag: 'SecretNotHeld', name: 'Bob-s-laptop' })
    done(await bench.run((vault) => vault.suspend('Bob-s-laptop')))
    expect(bench.world.account.keys.get(made.hash)).toMatchObject({ disabled: true })
    expect(done(await bench.run((vault) => vault.remove('Bob-s-laptop')))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
  })

  it.each([
    ['the limiting of it', 'PATCH /keys/:hash'],
    ['its deletion', 'DELETE /keys/:hash'],
  ] as const)('works on when OpenRouter refuses %s for good', async (_, route) => {
    const made = makeRemote(bench, { name: 'laptop', limit: 5, limit_reset: 'monthly' })
    done(await bench.run((vault) => vault.reconcile({ adopt: made.hash })))
    const before = bench.world.account.keys.get(made.hash)
    bench.trouble({ faults: on(route, refused(402)) })
    expect(failed(await bench.run((vault) => vault.remove('laptop')))).toMatchObject({ _tag: 'RemoteRefused', status: 402 })
    bench.trouble({})
    expect(eventsOf(bench, 'laptop')).toContain('RemovalRolledBack')
    expect(done(await bench.run((vault) => vault.show('laptop')))).toMatchObject({ state: 'active', pending: [], secretHeld: false })
    const { disabled, limit, reset } = before ?? {}
    expect(bench.world.account.keys.get(made.hash)).toMatchObject({ disabled, limit, reset })
    expect(done(await bench.run((vault) => vault.remove('laptop', { leaked: true })))).toMatchObject({ outcome: 'removed' })
  })

  it('is not put back to work when it leaked', async () => {
    const made = makeRemote(bench, { name: 'laptop', limit: 5, limit_reset: 'monthly' })
    done(await bench.run((vault) => vault.reconcile({ adopt: made.hash })))
    bench.trouble({ faults: always('DELETE /keys/:hash', refused(402)) })
    expect(done(await bench.run((vault) => vault.remove('laptop', { leaked: true })))).toMatchObject({ outcome: 'incomplete', remote: 'outstanding' })
    bench.trouble({})
    expect(bench.world.account.keys.get(made.hash)).toMatchObject({ disabled: true })
  })

  it('is refused when the vault has it already', async () => {
    const made = makeRemote(bench, { name: 'one', limit: 5 })
    done(await bench.run((vault) => vault.reconcile({ adopt: made.hash })))
    expect(failed(await bench.run((vault) => vault.reconcile({ adopt: made.hash })))).toMatchObject({ _tag: 'NotUnheld' })
  })
})
