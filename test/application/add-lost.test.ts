import * as TE from 'fp-ts/lib/TaskEither.js'
import { pipe } from 'fp-ts/lib/function.js'
import { beforeEach, describe, expect, it } from 'vitest'

import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import { attemptedCreations } from '../../src/adapters/simulated-openrouter/journal.js'
import type { HttpTransport } from '../../src/application/ports/http.js'
import type { Sealer } from '../../src/application/ports/sealer.js'
import { simSealer } from '../simulation/sim-vault.js'
import { done, eventsOf, factsOf, failed, isSealed, quieten, remoteKey, remoteKeys, stateOf, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { listing } from './removal-bench.js'
import { always, down, edgePage, either, from, on, refused, slowDown, unreachable } from './trouble.js'

const add = (bench: Bench) => bench.run((vault) => vault.add('alpha', { monthlyLimit: '5' }))
const looking = ['GET /key', 'GET /workspaces', ...listing]
const destroying = ['DELETE /keys/alpha', ...looking, 'GET /keys/alpha']
const activating = ['PATCH /keys/alpha', 'GET /keys/alpha']

const nothingLeft = async (bench: Bench): Promise<void> => {
  expect(remoteKeys(bench, 'alpha')).toEqual([])
  expect(isSealed(bench, 'alpha')).toBe(false)
  expect(stateOf(bench, 'alpha')).toMatchObject({ stage: { _tag: 'Vacant' }, strays: [], claim: null })
  expect(done(await bench.run((vault) => vault.list({ all: true })))).toEqual([])
}

describe('a create whose answer is lost', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  const born: ReadonlyArray<[string, Fault]> = [
    ['after it took effect', { _tag: 'lost-after' }],
    ['behind a 500', { _tag: 'applied-then-5xx', status: 500 }],
    ['behind a 524', { _tag: 'applied-then-5xx', status: 524 }],
    ['in an unreadable answer', { _tag: 'garbage' }],
    ['in half an answer', { _tag: 'truncated' }],
    ['in an answer that comes too late', { _tag: 'slow', delay: 31_000 }],
    ['while it takes effect seconds later', { _tag: 'late', delay: 5_000 }],
  ]
  it.each(born)('%s, is found by its nonce, deleted, proven gone, and made anew', async (_how, fault) => {
    bench.trouble({ faults: on('POST /keys', fault) })
    expect(done(await add(bench))).toMatchObject({ outcome: 'added', remote: 'live', pending: [] })
    const lines = bench.takeRequests()
    const second = lines.lastIndexOf('POST /keys')
    expect(lines.slice(0, second)).toEqual(['POST /keys', ...looking, ...destroying])
    expect(lines.slice(second)).toEqual(['POST /keys', ...activating.map((line) => `${line}/2`)])
    expect(eventsOf(bench, 'alpha')).toEqual([
      'ProvisioningRequested',
      'CreationIntended',
      'CreationOutcomeUnknown',
      'AttemptClosed',
      'StrayFound',
      'ChangeClaimed',
      'RemoteDeleted',
      'RevocationProven',
      'CreationIntended',
      'Provisioned',
      'ChangeClaimed',
      'Activated',
    ])
    const attempts = attemptedCreations(bench.world.journal)
    expect(new Set(attempts).size).toBe(2)
    expect(remoteKeys(bench, 'alpha')).toHaveLength(1)
    expect(await useKey(bench, 'alpha')).toBe('works')
  })

  const unborn: ReadonlyArray<[string, Fault]> = [
    ['before it arrived', { _tag: 'lost-before' }],
    ['behind a 503 of nothing', down],
    ['behind an edge page', edgePage(403)],
  ]
  it.each(unborn)('%s, is looked for until the settle time is over, closed, and made anew', async (_how, fault) => {
    bench.trouble({ faults: on('POST /keys', fault) })
    const begun = bench.now()
    expect(done(await add(bench))).toMatchObject({ outcome: 'added' })
    expect(bench.now() - begun).toBeGreaterThanOrEqual(15_000)
    expect(bench.takeRequests()).toEqual(['POST /keys', ...looking, ...looking, 'POST /keys', ...activating])
    const closed = factsOf(bench, 'alpha').find((fact) => fact.type === 'AttemptClosed')
    expect(closed).toMatchObject({ finding: 'not-created' })
    expect(done(await bench.run((vault) => vault.show('alpha'))).watchedAttempts).toBe(1)
  })

  it('is looked for once even without a retry budget; then nothing is left and nothing was repeated', async () => {
    bench = await openBench({ timing: { retryBudget: 0 } })
    bench.trouble({ faults: on('POST /keys', { _tag: 'lost-after' }) })
    expect(failed(await add(bench))).toMatchObject({ _tag: 'RemoteUnavailable', message: 'connection lost' })
    expect(bench.takeRequests()).toEqual(['POST /keys', ...looking, ...destroying])
    await nothingLeft(bench)
  })

  it('and cannot be looked for is incomplete, and reconcile settles it', async () => {
    bench.trouble({ faults: either(on('POST /keys', { _tag: 'lost-after' }), from(1, unreachable)) })
    expect(done(await add(bench))).toMatchObject({ outcome: 'incomplete', pending: ['settling'] })
    expect(remoteKey(bench, 'alpha').limit).toBe(0n)
    const report = await quieten(bench)
    expect(report.finished.length + report.undone.length).toBe(1)
  })

  it('and is born after it was closed is swept by the next reconcile', async () => {
    bench.trouble({ faults: on('POST /keys', { _tag: 'late', delay: 200_000 }) })
    expect(done(await add(bench))).toMatchObject({ outcome: 'added' })
    const held = remoteKey(bench, 'alpha')
    bench.advance(300_000)
    const [late] = remoteKeys(bench, 'alpha').filter((key) => key.hash !== held.hash)
    expect(late).toMatchObject({ limit: 0n })
    const report = done(await bench.run((vault) => vault.reconcile()))
    expect(report).toMatchObject({ orphansRevoked: [{ name: 'alpha', hash: late?.hash }], unheld: [], outstanding: [], finished: [] })
    expect(remoteKeys(bench, 'alpha')).toEqual([held])
  })

  it('in a mixed-up answer is not believed: a secret must hash to its key', async () => {
    const mixUp = (transport: HttpTransport): HttpTransport => {
      let first = true
      return (request) =>
        pipe(
          transport(request),
          TE.map((response) => {
            if (request.method !== 'POST' || !first) return response
            first = false
            return { ...response, body: response.body.replace(/sk-or-v1-[0-9a-f]{8}/, 'sk-or-v1-00000000') }
          }),
        )
    }
    bench = await openBench({ around: mixUp })
    expect(done(await add(bench))).toMatchObject({ outcome: 'added' })
    expect(bench.takeRequests().slice(0, 6)).toEqual(['POST /keys', ...looking])
    expect(remoteKeys(bench, 'alpha')).toHaveLength(1)
    expect(await useKey(bench, 'alpha')).toBe('works')
  })

  it('four times ends with nothing left behind', async () => {
    bench.trouble({ faults: always('POST /keys', { _tag: 'lost-after' }) })
    expect(failed(await add(bench))).toMatchObject({ _tag: 'RemoteUnavailable' })
    expect(attemptedCreations(bench.world.journal)).toHaveLength(4)
    bench.trouble({})
    await nothingLeft(bench)
  })
})

describe('a create that is answered with no', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  it.each([401, 402, 403, 409])('a %i is final: one POST, nothing recorded but the history', async (status) => {
    bench.trouble({ faults: always('POST /keys', refused(status)) })
    expect(failed(await add(bench))).toMatchObject({ _tag: 'RemoteRefused', status, blame: 'request' })
    expect(bench.takeRequests()).toEqual(status < 402 || status === 403 ? ['POST /keys', 'GET /key'] : ['POST /keys'])
    await nothingLeft(bench)
    expect(eventsOf(bench, 'alpha')).toEqual(['ProvisioningRequested', 'CreationIntended', 'CreationFailed', 'ProvisioningRolledBack'])
  })

  it('a 429 is no outcome: it waits and uses a new intent', async () => {
    bench.trouble({ faults: on('POST /keys', slowDown(4)) })
    const begun = bench.now()
    expect(done(await add(bench))).toMatchObject({ outcome: 'added' })
    expect(bench.now() - begun).toBeGreaterThanOrEqual(4_000)
    expect(bench.takeRequests()).toEqual(['POST /keys', 'POST /keys', ...activating])
    expect(new Set(attemptedCreations(bench.world.journal)).size).toBe(2)
  })

  it('a connection that was refused leaves nothing', async () => {
    bench.trouble({ faults: from(0, unreachable) })
    expect(failed(await add(bench))).toEqual({ _tag: 'RemoteUnavailable', message: 'connection refused' })
    bench.trouble({})
    await nothingLeft(bench)
  })

  it('where a limit of zero is refused, is asked again with a cent, and the residual is told', async () => {
    bench = await openBench({ settings: { refuseZeroLimit: true } })
    const report = done(await add(bench))
    expect(report).toMatchObject({ outcome: 'added' })
    expect(report.notes).toEqual([
      'OpenRouter refused a limit of zero, so until its activation the key could have spent 0.01 USD',
    ])
    expect(bench.takeRequests()).toEqual(['POST /keys', 'POST /keys', ...activating])
    expect(done(await bench.run((vault) => vault.show('alpha'))).residual).toBe(0.01)
    done(await bench.run((vault) => vault.suspend('alpha')))
    expect(remoteKey(bench, 'alpha')).toMatchObject({ disabled: true, limit: 10_000_000_000n })
    expect(done(await bench.run((vault) => vault.remove('alpha')))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
  })
})

describe('a key that cannot be made ready', () => {
  it('because its activation is refused is deleted, proven gone and forgotten', async () => {
    const bench = await openBench()
    bench.trouble({ faults: always('PATCH /keys/:hash', refused(402)) })
    expect(failed(await add(bench))).toMatchObject({ _tag: 'RemoteRefused', status: 402, blame: 'request' })
    expect(bench.takeRequests()).toEqual(['POST /keys', 'PATCH /keys/alpha', ...destroying, 'GET /key as alpha'])
    await nothingLeft(bench)
    expect(eventsOf(bench, 'alpha').slice(-1)).toEqual(['ProvisioningRolledBack'])
    bench.trouble({})
    expect(done(await add(bench))).toMatchObject({ outcome: 'added' })
  })

  it('because OpenRouter keeps another limit than it was told is deleted, proven gone and forgotten', async () => {
    const generous = (transport: HttpTransport): HttpTransport => (request) =>
      transport(request.method === 'PATCH' ? { ...request, body: (request.body ?? '').replace('"limit":5', '"limit":500') } : request)
    const bench = await openBench({ around: generous })
    expect(failed(await add(bench))).toMatchObject({
      _tag: 'RemoteRefused',
      message: 'OpenRouter keeps another policy than the one that was sent',
    })
    await nothingLeft(bench)
  })

  it('because nobody answers any more is incomplete, harmless, and made ready by reconcile', async () => {
    const bench = await openBench()
    bench.trouble({ faults: from(1, unreachable) })
    expect(done(await add(bench))).toMatchObject({ outcome: 'incomplete', pending: ['activation'], reason: 'connection refused' })
    expect(remoteKey(bench, 'alpha').limit).toBe(0n)
    expect(failed(await bench.run((vault) => vault.get('alpha')))).toMatchObject({ _tag: 'KeyNotReady' })
    const report = await quieten(bench)
    expect(report.finished).toMatchObject([{ name: 'alpha', state: 'active' }])
    expect(await useKey(bench, 'alpha')).toBe('works')
  })

  it('and cannot be deleted either is owed', async () => {
    const bench = await openBench()
    bench.trouble({ faults: either(always('PATCH /keys/:hash', refused(402)), always('DELETE /keys/:hash', refused(409))) })
    expect(done(await add(bench))).toMatchObject({ outcome: 'incomplete', pending: ['compensation'] })
    expect(remoteKey(bench, 'alpha').limit).toBe(0n)
    expect(done(await bench.run((vault) => vault.show('alpha'))).state).toBe('revocation-outstanding')
    expect((await quieten(bench)).undone).toMatchObject([{ name: 'alpha', state: 'free' }])
    await nothingLeft(bench)
  })

  it('because its secret cannot be sealed is deleted and proven gone', async () => {
    const broken: Sealer = {
      ...simSealer,
      seal: (ref, value) =>
        ref.stream === 'vault'
          ? simSealer.seal(ref, value)
          : TE.left({ _tag: 'SealBroken', reason: 'unknown-key', message: 'the key ring has no key' }),
    }
    const bench = await openBench({ sealer: broken })
    expect(failed(await add(bench))).toEqual({ _tag: 'VaultUnavailable', reason: 'wrong-key', message: 'the key ring has no key' })
    expect(bench.takeRequests()).toEqual(['POST /keys', ...destroying])
    await nothingLeft(bench)
  })
})
