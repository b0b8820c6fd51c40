import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'

import type { VaultError } from '../../src/application/errors.js'
import type { Millis } from '../../src/domain/shared/instant.js'
import { done, failed, quieten } from './bench-views.js'
import { type Bench, type Command, openBench } from './harness.js'
import { from, refused, unreachable } from './trouble.js'

const tag = (bench: Bench, patch: Readonly<Record<string, string | null>>, name = 'alpha') => bench.run((vault) => vault.changeTags(name, patch))
const tagsOf = async (bench: Bench) => done(await bench.run((vault) => vault.show('alpha'))).tags

const tagged = async (): Promise<Bench> => {
  const bench = await openBench()
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 10, tags: { team: 'web', tier: 'low' } })))
  bench.takeRequests()
  return bench
}

const name = 'must have a name of 1 to 64 letters, digits, dots, slashes, underscores or hyphens that begins with a letter or a digit'

describe('changing tags', () => {
  it('changes what is named, keeps the rest, and asks nobody', async () => {
    const bench = await tagged()
    bench.trouble({ faults: from(0, unreachable) })
    expect(done(await tag(bench, { team: 'ops', tier: null, owner: 'kim' }))).toMatchObject({
      outcome: 'updated',
      remote: null,
      events: 1,
      pending: [],
      tags: { owner: 'kim', team: 'ops' },
    })
    expect(bench.takeRequests()).toEqual([])
    expect(await tagsOf(bench)).toEqual({ owner: 'kim', team: 'ops' })
    expect(done(await bench.run((vault) => vault.list({ tag: { key: 'team', value: 'ops' } }))).map(({ name }) => name)).toEqual(['alpha'])
    expect(done(await bench.run((vault) => vault.list({ tag: { key: 'team', value: 'web' } })))).toEqual([])
  })

  it('records nothing where they are so already', async () => {
    const bench = await tagged()
    expect(done(await tag(bench, { team: 'web', nothing: null }))).toMatchObject({ outcome: 'unchanged', events: 0, tags: { team: 'web', tier: 'low' } })
  })

  it.each<readonly [Readonly<Record<string, string | null>>, string]>([
    [{ '-x': 'y' }, name],
    [{ '-x': null }, name],
    [{ x: 'a\nb' }, 'must have a value of at most 256 printable characters'],
    [{ x: `sk-or-v1-${'a'.repeat(64)}` }, 'looks like a secret; tags are stored readable'],
    [Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`t${n}`, ''])), 'must be one of at most 32 on a key'],
    [Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`t${n}`, ''])), 'must be one of at most 32 on a key'],
  ])('refuses %j', async (patch, rule) => {
    const bench = await tagged()
    expect(failed(await tag(bench, patch))).toEqual({ _tag: 'InvalidInput', field: 'tags', rule })
    expect(await tagsOf(bench)).toEqual({ team: 'web', tier: 'low' })
  })

  it('finds no key that was never there, and none that is removed', async () => {
    const bench = await tagged()
    expect(failed(await tag(bench, { a: 'b' }, 'beta'))).toEqual({ _tag: 'KeyNotFound', name: 'beta' })
    done(await bench.run((vault) => vault.remove('alpha')))
    expect(failed(await tag(bench, { a: 'b' }))).toEqual({ _tag: 'KeyNotFound', name: 'alpha' })
  })

  it('works while a removal is owed, and for a key that is still being made, without disturbing either', async () => {
    const bench = await tagged()
    bench.trouble({ faults: from(2, refused(503)) })
    await bench.run((vault) => vault.remove('alpha', { force: true }))
    expect(done(await tag(bench, { owed: 'yes' })).tags).toMatchObject({ owed: 'yes' })
    await quieten(bench)
    bench.trouble({ kill: { request: 1, when: 'after' } })
    expect(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 1 }))).toBe(null)
    expect(done(await tag(bench, { half: 'made' })).tags).toEqual({ half: 'made' })
    await quieten(bench)
  })

  it('loses no key that is being made meanwhile, and no tag', async () => {
    const bench = await openBench()
    const tagging: Command<number> = (vault, { local }) =>
      pipe(
        Array.from({ length: 40 }, (_, n) => n),
        TE.traverseSeqArray((n) =>
          pipe(
            TE.fromTask<void, VaultError>(local.clock.sleep(1 as Millis)),
            TE.flatMap(() => vault.changeTags('alpha', { [`t${n % 20}`]: String(n) })),
            TE.match(() => 0, (changed) => (changed.pending.length > 0 ? 1 : 0)),
            TE.fromTask<number, VaultError>,
          ),
        ),
        TE.map((each) => each.reduce((sum, one) => sum + one, 0)),
      )
    const [added, duringIt] = await bench.together<unknown>([(vault) => vault.add('alpha', { monthlyLimit: 10, tags: { team: 'web' } }), tagging])
    expect(done(added ?? null)).toMatchObject({ outcome: 'added' })
    expect(done(duringIt ?? null)).toBeGreaterThan(0)
    expect(bench.takeRequests().filter((line) => line.startsWith('POST') || line.startsWith('DELETE'))).toEqual(['POST /keys'])
    expect(await tagsOf(bench)).toMatchObject({ team: 'web', t19: '39' })
    expect(bench.observer.problems).toEqual([])
  })
})
