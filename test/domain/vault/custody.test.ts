import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { fold } from '../../../src/domain/decider.js'
import type { VaultId, WorkspaceId } from '../../../src/domain/shared/identifiers.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import type { AccountPin, VaultEvent, VaultKeySource } from '../../../src/domain/vault/event.js'
import { isOutdated, vaultDecider } from '../../../src/domain/vault/vault.js'

const at = 1_767_225_600_000 as Instant
const source: VaultKeySource = 'key-file'
const pin: AccountPin = { baseUrl: 'https://one/api/v1', creatorId: 'c1', workspaces: ['w1' as WorkspaceId] }
const begun: VaultEvent = { type: 'VaultInitialised', vault: 'a'.repeat(32) as VaultId, pin, credential: 1, at }

const after = (...events: ReadonlyArray<VaultEvent>) => fold(vaultDecider, vaultDecider.initial, [begun, ...events])

const added = (recipient: string): VaultEvent => ({ type: 'RecipientAdded', recipient, label: null, at })
const removed = (recipient: string): VaultEvent => ({ type: 'RecipientRemoved', recipient, at })

describe('who else can open a vault', () => {
  it('is nobody at first, and then who was added and not removed', () => {
    expect(after()).toMatchObject({ recipients: [], epoch: 1 })
    expect(after(added('one'), added('two'))).toMatchObject({ recipients: ['one', 'two'] })
    expect(after(added('one'), added('two'), removed('one'))).toMatchObject({ recipients: ['two'] })
    expect(after(added('one'), removed('two'))).toMatchObject({ recipients: ['one'] })
  })

  it('is added once', () => {
    const add = (recipient: string) => ({ _tag: 'AddRecipient', recipient, label: 'Ann', at }) as const
    expect(vaultDecider.decide(add('one'), after())).toEqual(right([{ type: 'RecipientAdded', recipient: 'one', label: 'Ann', at }]))
    expect(vaultDecider.decide(add('one'), after(added('one')))).toEqual(left({ _tag: 'RecipientThere' }))
  })

  it('is removed together with a new vault key, for it knows the old one', () => {
    const remove = { _tag: 'RemoveRecipient', recipient: 'one', source, at } as const
    expect(vaultDecider.decide(remove, after(added('one')))).toEqual(
      right([
        { type: 'RecipientRemoved', recipient: 'one', at },
        { type: 'VaultKeyRotated', source, at },
      ]),
    )
    expect(vaultDecider.decide(remove, after(added('two')))).toEqual(left({ _tag: 'NoSuchRecipient' }))
  })
})

describe('the vault key', () => {
  it('is rotated and moved, and that changes nothing else', () => {
    expect(vaultDecider.decide({ _tag: 'RotateVaultKey', source, at }, after())).toEqual(right([{ type: 'VaultKeyRotated', source, at }]))
    expect(vaultDecider.decide({ _tag: 'MoveVaultKey', source, at }, after())).toEqual(right([{ type: 'VaultKeyMoved', source, at }]))
    expect(after({ type: 'VaultKeyRotated', source, at }, { type: 'VaultKeyMoved', source, at })).toEqual(after())
  })
})

describe('a vault that is restored', () => {
  it('begins its next epoch', () => {
    const restored: VaultEvent = { type: 'VaultRestored', epoch: 2, backupAt: at, at }
    expect(vaultDecider.decide({ _tag: 'Restore', backupAt: at, at }, after())).toEqual(right([restored]))
    expect(vaultDecider.decide({ _tag: 'Restore', backupAt: at, at }, after(restored))).toMatchObject(right([{ epoch: 3 }]))
    expect(after(restored)).toMatchObject({ epoch: 2 })
  })
})

describe('an account that is read again', () => {
  const of = (...workspaces: ReadonlyArray<string>): AccountPin => ({ ...pin, workspaces: workspaces.map((id) => id as WorkspaceId) })

  it.each([
    ['the same', of('a', 'b'), of('b', 'a'), false],
    ['one more', of('a'), of('a', 'b'), true],
    ['one fewer', of('a', 'b'), of('a'), true],
    ['as many, another one', of('a', 'b'), of('a', 'c'), true],
    ['none', of('a'), of(), false],
  ])('says something new with %s: %j, %j', (_what, had, found, news) => {
    expect(isOutdated(had, found)).toBe(news)
  })

  it('keeps the creator that was known where it names none', () => {
    const found: AccountPin = { ...of('w1', 'w2'), creatorId: null }
    const repin = (creatorId: string | null) => vaultDecider.decide({ _tag: 'Repin', pin: { ...found, creatorId }, sawHeldKey: false, at }, after())
    expect(repin(null)).toMatchObject(right([{ pin: { creatorId: 'c1', workspaces: ['w1', 'w2'] } }]))
    expect(repin('c2')).toMatchObject(right([{ pin: { creatorId: 'c2' } }]))
  })
})
