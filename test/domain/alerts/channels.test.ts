import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { channelsDecider, nextGeneration } from '../../../src/domain/alerts/channels.js'
import { fold } from '../../../src/domain/decider.js'
import type { ChannelName } from '../../../src/domain/shared/identifiers.js'
import type { VaultEvent } from '../../../src/domain/vault/event.js'
import { at } from './facts.js'

const [mail, chat] = ['mail' as ChannelName, 'chat' as ChannelName]
const added = (credential: number, channel = mail): VaultEvent => ({ type: 'ChannelAdded', channel, kind: 'smtp', address: 'ops@example.org', credential, at: at(5) })
const changed = (credential: number, channel = mail): VaultEvent => ({ type: 'ChannelCredentialChanged', channel, credential, at: at(6) })
const removed: VaultEvent = { type: 'ChannelRemoved', channel: mail, at: at(7) }
const known = (credential: number, name = mail) => ({ name, kind: 'smtp', address: 'ops@example.org', since: 5, credential })

const after = (...events: ReadonlyArray<VaultEvent>) => fold(channelsDecider, channelsDecider.initial, events)

const add = (secret: boolean) => ({ _tag: 'AddChannel', name: mail, kind: 'smtp', address: 'ops@example.org', secret, at: at(5) }) as const
const change = { _tag: 'ChangeCredential', name: mail, at: at(6) } as const
const remove = { _tag: 'RemoveChannel', name: mail, at: at(7) } as const
const refused = (_tag: string) => left({ _tag })

describe('the channels of a vault', () => {
  it.each<readonly [told: string, events: ReadonlyArray<VaultEvent>, answers: ReadonlyArray<unknown>]>([
    ['is unknown', [], [right([added(1)]), right([added(0)]), refused('NoSuchChannel'), refused('NoSuchChannel')]],
    ['has no credential', [added(0)], [refused('ChannelTaken'), refused('ChannelTaken'), refused('HasNoCredential'), right([removed])]],
    ['has a credential', [added(1)], [refused('ChannelTaken'), refused('ChannelTaken'), right([changed(2)]), right([removed])]],
    ['has its third credential', [added(1), changed(2), changed(3)], [refused('ChannelTaken'), refused('ChannelTaken'), right([changed(4)]), right([removed])]],
    ['was removed, and had credentials', [added(1), changed(2), removed], [right([added(3)]), right([added(0)]), refused('NoSuchChannel'), refused('NoSuchChannel')]],
    ['is another one', [added(4, chat)], [right([added(1)]), right([added(0)]), refused('NoSuchChannel'), refused('NoSuchChannel')]],
  ])('where one %s: added with a secret, without one, given another, removed', (_, events, answers) => {
    expect([add(true), add(false), change, remove].map((command) => channelsDecider.decide(command, after(...events)))).toEqual(answers)
  })

  it('are those that were added and not removed, each with the credential in force', () => {
    expect(after().channels).toEqual(new Map())
    expect(after(added(1), added(0, chat)).channels).toEqual(new Map([[mail, known(1)], [chat, known(0, chat)]]))
    expect(after(added(1), changed(2)).channels).toEqual(new Map([[mail, known(2)]]))
    expect(after(added(1), added(0, chat), removed).channels).toEqual(new Map([[chat, known(0, chat)]]))
    expect(after(changed(2)).channels).toEqual(new Map())
  })

  it('never use a generation of a credential again', () => {
    expect(nextGeneration(after(), mail)).toBe(1)
    expect(nextGeneration(after(added(3), changed(2)), mail)).toBe(4)
    expect(nextGeneration(after(added(3), removed, added(0)), mail)).toBe(4)
    expect(nextGeneration(after(changed(2)), mail)).toBe(3)
    expect(nextGeneration(after(added(3)), chat)).toBe(1)
  })

  it('do not change by what else happens to the vault', () => {
    const state = after(added(1))
    expect(channelsDecider.evolve(state, { type: 'Anything' } as unknown as VaultEvent)).toBe(state)
  })
})
