import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fold } from '../../../src/domain/decider.js'
import type { VaultId, WorkspaceId } from '../../../src/domain/shared/identifiers.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import type { AccountPin } from '../../../src/domain/vault/event.js'
import { sameAccount, type VaultCommand, vaultDecider, type VaultState } from '../../../src/domain/vault/vault.js'
import { vaultEventArbitraries } from '../../support/event-arbitraries.js'
import { runs } from '../../support/fc-runs.js'

const at = 1_767_225_600_000 as Instant
const id = 'a'.repeat(32) as VaultId
const pin: AccountPin = { baseUrl: 'https://one/api/v1', creatorId: 'c1', workspaces: ['w1' as WorkspaceId] }
const sibling: AccountPin = { ...pin, creatorId: 'c2' }
const stranger: AccountPin = { ...pin, creatorId: 'c9', workspaces: ['w9' as WorkspaceId] }

const commands: Readonly<Record<string, VaultCommand>> = {
  Initialise: { _tag: 'Initialise', vault: id, pin, at },
  'ChangeCredential, same account': { _tag: 'ChangeCredential', pin: sibling, sawHeldKey: false, at },
  'ChangeCredential, other account': { _tag: 'ChangeCredential', pin: stranger, sawHeldKey: false, at },
  'ChangeCredential, replaced workspaces': { _tag: 'ChangeCredential', pin: stranger, sawHeldKey: true, at },
  'Repin, as it is': { _tag: 'Repin', pin, sawHeldKey: false, at },
  'Repin, one workspace more': { _tag: 'Repin', pin: { ...pin, workspaces: [...stranger.workspaces, ...pin.workspaces] }, sawHeldKey: false, at },
  'Repin, none listed': { _tag: 'Repin', pin: { ...pin, workspaces: [] }, sawHeldKey: true, at },
  'Repin, all replaced': { _tag: 'Repin', pin: { ...pin, workspaces: stranger.workspaces }, sawHeldKey: false, at },
  'Repin, all replaced and a held key seen': { _tag: 'Repin', pin: stranger, sawHeldKey: true, at },
}

const give = (state: VaultState, command: VaultCommand): VaultState => {
  const decision = vaultDecider.decide(command, state)
  return isRight(decision) ? fold(vaultDecider, state, decision.right) : state
}

const initialised = give(vaultDecider.initial, { _tag: 'Initialise', vault: id, pin, at })

const grid: ReadonlyArray<readonly [string, VaultState, Readonly<Record<string, string>>]> = [
  [
    'uninitialised',
    vaultDecider.initial,
    {
      Initialise: 'VaultInitialised',
      'ChangeCredential, same account': 'NotInitialised',
      'ChangeCredential, other account': 'NotInitialised',
      'ChangeCredential, replaced workspaces': 'NotInitialised',
      'Repin, as it is': 'NotInitialised',
      'Repin, one workspace more': 'NotInitialised',
      'Repin, none listed': 'NotInitialised',
      'Repin, all replaced': 'NotInitialised',
      'Repin, all replaced and a held key seen': 'NotInitialised',
    },
  ],
  [
    'initialised',
    initialised,
    {
      Initialise: 'AlreadyInitialised',
      'ChangeCredential, same account': 'CredentialChanged',
      'ChangeCredential, other account': 'OtherAccount',
      'ChangeCredential, replaced workspaces': 'CredentialChanged',
      'Repin, as it is': 'PinnedSo',
      'Repin, one workspace more': 'AccountRepinned',
      'Repin, none listed': 'PinnedSo',
      'Repin, all replaced': 'OtherAccount',
      'Repin, all replaced and a held key seen': 'AccountRepinned',
    },
  ],
]

describe.each(grid)('a vault that is %s', (_, state, cells) => {
  it('has a cell for each command', () => {
    expect(Object.keys(cells)).toEqual(Object.keys(commands))
  })

  it.each(Object.entries(cells))('answers %s with %s', (name, expected) => {
    const command = commands[name]
    if (command === undefined) throw new Error(`no command is called ${name}`)
    const decision = vaultDecider.decide(command, state)
    expect(isLeft(decision) ? decision.left._tag : decision.right.map((event) => event.type).join()).toBe(expected)
  })
})

const anyPin: fc.Arbitrary<AccountPin> = fc.record({
  baseUrl: fc.constantFrom('https://one/api/v1', 'https://two/api/v1'),
  creatorId: fc.option(fc.constantFrom('c1', 'c2')),
  workspaces: fc.uniqueArray(fc.constantFrom('w1', 'w2', 'w3').map((text) => text as WorkspaceId), { maxLength: 3 }),
})

const anyCommand: fc.Arbitrary<VaultCommand> = fc.oneof(
  fc.record({ _tag: fc.constant('Initialise'), vault: fc.constantFrom(id, 'b'.repeat(32) as VaultId), pin: anyPin, at: fc.constant(at) }),
  fc.record({ _tag: fc.constant('Repin'), pin: anyPin, sawHeldKey: fc.boolean(), at: fc.constant(at) }),
  fc.record({ _tag: fc.constant('ChangeCredential'), pin: anyPin, sawHeldKey: fc.boolean(), at: fc.constant(at) }),
)

const anyState: fc.Arbitrary<VaultState> = fc
  .array(anyCommand, { maxLength: 12 })
  .map((given) => given.reduce(give, vaultDecider.initial))

describe('the vault', () => {
  it('takes any event in any state', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...Object.values<fc.Arbitrary<Parameters<typeof vaultDecider.evolve>[1]>>(vaultEventArbitraries)), { maxLength: 20 }), (events) => {
        const state = fold(vaultDecider, vaultDecider.initial, events)
        expect(state._tag).toBe(events.some((event) => event.type === 'VaultInitialised') ? 'Initialised' : 'Uninitialised')
      }),
      runs(300),
    )
  })

  it('makes another state of what it grants, and is initialised once with an identity that stays', () => {
    fc.assert(
      fc.property(anyState, anyCommand, (state, command) => {
        const next = give(state, command)
        if (isRight(vaultDecider.decide(command, state))) expect(next).not.toEqual(state)
        if (state._tag === 'Initialised') expect(next).toMatchObject({ _tag: 'Initialised', vault: state.vault, createdAt: state.createdAt })
      }),
      runs(500),
    )
  })

  it('counts the generations of its credential, so that no sealed one is ever written over', () => {
    fc.assert(
      fc.property(anyState, anyCommand, (state, command) => {
        const next = give(state, command)
        if (state._tag !== 'Initialised' || next._tag !== 'Initialised') return
        const changed = isRight(vaultDecider.decide(command, state)) && command._tag === 'ChangeCredential'
        expect(next.credential).toBe(state.credential + (changed ? 1 : 0))
      }),
      runs(300),
    )
  })

  it('takes a credential of its own account only: its fingerprint says so, or it read a held key', () => {
    fc.assert(
      fc.property(anyState, anyPin, fc.boolean(), (state, found, sawHeldKey) => {
        const decision = vaultDecider.decide({ _tag: 'ChangeCredential', pin: found, sawHeldKey, at }, state)
        if (state._tag === 'Initialised') expect(isRight(decision)).toBe(sameAccount(state.pin, found) || sawHeldKey)
      }),
      runs(300),
    )
  })
})

describe('a pin that is taken anew', () => {
  it('names workspaces, is of the same address and credential, and was proven by a common workspace or a held key', () => {
    fc.assert(
      fc.property(anyState, anyPin, fc.boolean(), (state, found, sawHeldKey) => {
        const next = give(state, { _tag: 'Repin', pin: found, sawHeldKey, at })
        if (state._tag !== 'Initialised' || next._tag !== 'Initialised' || next === state) return
        expect(next.pin.workspaces.length).toBeGreaterThan(0)
        expect([next.pin.baseUrl, next.credential]).toEqual([state.pin.baseUrl, state.credential])
        expect(sawHeldKey || found.workspaces.some((each) => state.pin.workspaces.includes(each))).toBe(true)
      }),
      runs(300),
    )
  })
})

describe('sameAccount', () => {
  it('is symmetric, and a pin is of its own account', () => {
    fc.assert(
      fc.property(anyPin, anyPin, (a, b) => {
        expect(sameAccount(a, b)).toBe(sameAccount(b, a))
        expect(sameAccount(a, a)).toBe(true)
        expect(sameAccount(a, { ...a, baseUrl: b.baseUrl })).toBe(true)
      }),
      runs(500),
    )
  })

  it.each([
    ['a workspace in common, other creators', ['w1', 'w2'], 'c1', ['w2'], 'c2', true],
    ['no workspace in common, one creator', ['w1'], 'c1', ['w2'], 'c1', false],
    ['workspaces on one side only, one creator', ['w1'], 'c1', [], 'c1', true],
    ['workspaces on one side only, other creators', ['w1'], 'c1', [], 'c2', false],
    ['workspaces on one side only, a creator on one', ['w1'], 'c1', [], null, true],
    ['nothing on either side', [], null, [], null, true],
    ['creators only', [], 'c1', [], 'c2', false],
  ] as const)('decides by %s', (_, ours, creator, theirs, other, same) => {
    const of = (workspaces: ReadonlyArray<string>, creatorId: string | null): AccountPin => ({
      baseUrl: '',
      creatorId,
      workspaces: workspaces.map((text) => text as WorkspaceId),
    })
    expect(sameAccount(of(ours, creator), of(theirs, other))).toBe(same)
  })
})
