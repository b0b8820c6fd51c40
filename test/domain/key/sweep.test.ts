import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { KeyState } from '../../../src/domain/key/state.js'
import { type Finding, type ListedKey, sweep } from '../../../src/domain/key/sweep.js'
import type { KeyHash, KeyName, Nonce, VaultId } from '../../../src/domain/shared/identifiers.js'
import { remoteName } from '../../../src/domain/shared/marker.js'
import { runs } from '../../support/fc-runs.js'
import { anyHistory } from '../../support/key-history.js'
import {
  add,
  anActiveKey,
  aRemovedKey,
  birthPolicy,
  bornLate,
  creationLost,
  enabledPolicy,
  hash,
  intend,
  leaveAlive,
  look,
  name,
  nonce,
  shred,
  tell,
  type Turn,
} from '../../support/key-story.js'
import { anyHash, anyKeyName, anyNonce, anyText, anyVaultId } from '../../support/value-arbitraries.js'

const vault = 'a'.repeat(32) as VaultId
const other = 'b'.repeat(32) as VaultId

const sweeping = (turns: ReadonlyArray<Turn>, ...listed: ReadonlyArray<ListedKey>): ReadonlyArray<Finding> =>
  sweep(vault, new Map([[name, tell(...turns)]]), listed)

const listed = (n: number, of = vault): ListedKey => ({ hash: hash(n), name: remoteName(name, of, nonce(n)), policy: birthPolicy })

const lost = [add, intend, creationLost]
const closed = [...lost, look([])]

describe('sweep', () => {
  it.each([
    ['its own key', anActiveKey, listed(1), [{ _tag: 'Known', name, hash: hash(1) }]],
    ['its own key under another name', anActiveKey, { ...listed(1), name: 'renamed' }, [{ _tag: 'Known', name, hash: hash(1) }]],
    ['a buried key', aRemovedKey, listed(1), [{ _tag: 'Known', name, hash: hash(1) }]],
    ['a stray', [...closed, bornLate(1)], listed(1), [{ _tag: 'Known', name, hash: hash(1) }]],
    ['a key that was left alive', [...anActiveKey, leaveAlive, shred], listed(1), []],
    [
      'a key born after its attempt was closed',
      closed,
      listed(1),
      [{ _tag: 'Orphan', name, hash: hash(1), nonce: nonce(1), origin: 'late-create' }],
    ],
    [
      'a key of a closed attempt that somebody has set up since',
      closed,
      { ...listed(1), policy: enabledPolicy },
      [{ _tag: 'Unheld', hash: hash(1), remoteName: listed(1).name }],
    ],
    ['a key of an attempt that is being settled', lost, listed(1), []],
    ['a key of an attempt under way', [add, intend], listed(1), []],
    ['a key of ours that is not in the log', [], listed(7), [{ _tag: 'Unheld', hash: hash(7), remoteName: listed(7).name }]],
    [
      'a second key of an attempt that gave one',
      anActiveKey,
      { ...listed(1), hash: hash(9) },
      [{ _tag: 'Unheld', hash: hash(9), remoteName: listed(1).name }],
    ],
    ['another vault of the same machine', closed, listed(1, other), []],
    ['a key without a marker', closed, { ...listed(9), name: 'k' }, []],
  ] as const)('finds of %s what it should', (_, turns, key, findings) => {
    expect(sweeping(turns, key)).toEqual(findings)
  })

  const anyStates: fc.Arbitrary<ReadonlyMap<KeyName, KeyState>> = fc
    .array(anyHistory, { minLength: 1, maxLength: 2 })
    .map((histories) => new Map(histories.map(({ state }, index) => [`k${index}` as KeyName, state])))

  const noncesOf = (states: ReadonlyMap<KeyName, KeyState>): ReadonlyArray<Nonce> =>
    [...states.values()].flatMap(({ stage, watched }) => [
      ...watched,
      ...(stage._tag === 'Creating' || stage._tag === 'CreateUnknown' ? [stage.attempt.nonce] : []),
    ])

  const anyListing = (states: ReadonlyMap<KeyName, KeyState>): fc.Arbitrary<ReadonlyArray<ListedKey>> => {
    const known = noncesOf(states)
    const someNonce = known.length > 0 ? fc.oneof(fc.constantFrom(...known), anyNonce) : anyNonce
    const someHash = fc.oneof(fc.nat({ max: 12 }).map(hash), anyHash)
    const marked = fc
      .tuple(anyKeyName, fc.oneof(fc.constant(vault), fc.constant(other), anyVaultId), someNonce)
      .map(([first, of, own]) => remoteName(first, of, own))
    return fc.array(fc.record({ hash: someHash, name: fc.oneof(marked, anyText), policy: fc.constantFrom(birthPolicy, enabledPolicy) }), { maxLength: 8 })
  }

  const anySweep = anyStates.chain((states) => anyListing(states).map((keys) => [states, keys] as const))

  it('calls a key an orphan only by a nonce that this log closed without a key, under our own mark', () => {
    fc.assert(
      fc.property(anySweep, ([states, keys]) => {
        for (const finding of sweep(vault, states, keys)) {
          if (finding._tag !== 'Orphan') continue
          const state = states.get(finding.name)
          expect(state?.watched).toContain(finding.nonce)
          const marks = keys.filter((key) => key.hash === finding.hash && key.policy === birthPolicy && key.name.includes(`[lv:${vault}:${finding.nonce}]`))
          expect(marks.length).toBeGreaterThan(0)
        }
      }),
      runs(300),
    )
  })

  it('never speaks of a key of another vault, without our mark, or left alive, unless its hash is in the log', () => {
    fc.assert(
      fc.property(anySweep, ([states, keys]) => {
        const left = new Set([...states.values()].flatMap((state) => state.leftAlive))
        const told = new Map(sweep(vault, states, keys).map((finding) => [finding.hash, finding]))
        for (const key of keys) {
          const finding = told.get(key.hash)
          if (left.has(key.hash)) expect(finding).toBe(undefined)
          const marked = keys.some((each) => each.hash === key.hash && each.name.includes(`[lv:${vault}:`))
          if (!marked && finding !== undefined) expect(finding._tag).toBe('Known')
        }
      }),
      runs(300),
    )
  })

  it('says one thing of each listed key at most, and of no other', () => {
    fc.assert(
      fc.property(anySweep, ([states, keys]) => {
        const unique = [...new Map(keys.map((key) => [key.hash, key])).values()]
        const hashes = sweep(vault, states, unique).map((finding) => finding.hash)
        expect(new Set(hashes).size).toBe(hashes.length)
        const known: ReadonlySet<KeyHash> = new Set(unique.map((key) => key.hash))
        expect(hashes.every((each) => known.has(each))).toBe(true)
      }),
      runs(200),
    )
  })

  it('leaves alone what is being settled: neither an orphan nor unheld', () => {
    fc.assert(
      fc.property(anyStates, anyHash, (states, born) => {
        for (const [of, { stage, watched }] of states) {
          if (stage._tag !== 'Creating' && stage._tag !== 'CreateUnknown') continue
          if (watched.includes(stage.attempt.nonce)) continue
          const key = { hash: born, name: remoteName(of, vault, stage.attempt.nonce), policy: birthPolicy }
          const others = new Map([...states].filter(([each]) => each === of))
          expect(sweep(vault, others, [key])).toEqual([])
        }
      }),
      runs(300),
    )
  })
})
