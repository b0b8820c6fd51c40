import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import type { Decider } from '../decider.js'
import type { ChannelName } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { ChannelKind, VaultEvent } from '../vault/event.js'

/** A place that alerts are sent to. */
export interface Channel {
  readonly name: ChannelName
  readonly kind: ChannelKind
  readonly address: string
  readonly since: Instant
  /** The generation of its sealed credential; 0: it has none. */
  readonly credential: number
}

export interface ChannelsState {
  readonly channels: ReadonlyMap<ChannelName, Channel>
  /** The last generation that each name ever had: a place that held a secret is never used again. */
  readonly generations: ReadonlyMap<ChannelName, number>
}

export type ChannelsCommand =
  | {
      readonly _tag: 'AddChannel'
      readonly name: ChannelName
      readonly kind: ChannelKind
      readonly address: string
      readonly secret: boolean
      readonly at: Instant
    }
  | { readonly _tag: 'ChangeCredential'; readonly name: ChannelName; readonly at: Instant }
  | { readonly _tag: 'RemoveChannel'; readonly name: ChannelName; readonly at: Instant }

export type ChannelsRefusal = { readonly _tag: 'ChannelTaken' } | { readonly _tag: 'NoSuchChannel' } | { readonly _tag: 'HasNoCredential' }

/** The generation that a name's next secret gets. */
export const nextGeneration = ({ generations }: ChannelsState, name: ChannelName): number => (generations.get(name) ?? 0) + 1

type Decision = Either<ChannelsRefusal, ReadonlyNonEmptyArray<VaultEvent>>

const decide = (command: ChannelsCommand, state: ChannelsState): Decision => {
  const { name: channel, at } = command
  const known = state.channels.get(channel)
  if (command._tag === 'AddChannel') {
    if (known !== undefined) return left({ _tag: 'ChannelTaken' })
    const { kind, address, secret } = command
    return right([{ type: 'ChannelAdded', channel, kind, address, credential: secret ? nextGeneration(state, channel) : 0, at }])
  }
  if (known === undefined) return left({ _tag: 'NoSuchChannel' })
  if (command._tag === 'RemoveChannel') return right([{ type: 'ChannelRemoved', channel, at }])
  return known.credential === 0
    ? left({ _tag: 'HasNoCredential' })
    : right([{ type: 'ChannelCredentialChanged', channel, credential: nextGeneration(state, channel), at }])
}

const withGeneration = (state: ChannelsState, name: ChannelName, generation: number): ChannelsState['generations'] =>
  new Map(state.generations).set(name, Math.max(state.generations.get(name) ?? 0, generation))

const withChannel = ({ channels }: ChannelsState, channel: Channel): ChannelsState['channels'] =>
  new Map(channels).set(channel.name, channel)

type ChannelEvent = Extract<VaultEvent, { readonly type: `Channel${string}` }>

const isChannelEvent = (event: VaultEvent): event is ChannelEvent => event.type.startsWith('Channel')

const onChannelEvent = (state: ChannelsState, event: ChannelEvent): ChannelsState => {
  switch (event.type) {
    case 'ChannelAdded': {
      const { channel: name, kind, address, credential, at } = event
      return {
        channels: withChannel(state, { name, kind, address, credential, since: at }),
        generations: withGeneration(state, name, credential),
      }
    }
    case 'ChannelCredentialChanged': {
      const known = state.channels.get(event.channel)
      const channels = known === undefined ? state.channels : withChannel(state, { ...known, credential: event.credential })
      return { channels, generations: withGeneration(state, event.channel, event.credential) }
    }
    case 'ChannelRemoved':
      return { ...state, channels: new Map([...state.channels].filter(([name]) => name !== event.channel)) }
  }
}

const evolve = (state: ChannelsState, event: VaultEvent): ChannelsState => (isChannelEvent(event) ? onChannelEvent(state, event) : state)

/** The channels of a vault, folded from its own stream beside everything else that is in it. */
export const channelsDecider: Decider<ChannelsCommand, ChannelsState, VaultEvent, ChannelsRefusal> = {
  initial: { channels: new Map(), generations: new Map() },
  decide,
  evolve,
}
