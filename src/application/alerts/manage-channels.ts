import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Channel } from '../../domain/alerts/channels.js'
import { type ChannelName, channelName } from '../../domain/shared/identifiers.js'
import type { ChannelKind } from '../../domain/vault/event.js'
import { invalidInput, unavailable, type VaultError } from '../errors.js'
import type { AlertMessage, DeliveryProblem } from '../ports/alert-channel.js'
import type { Secret } from '../secret.js'
import { isoOf } from '../view-key.js'
import type { AlertDeps } from './alert-deps.js'
import type { ChannelView } from './alerts.js'
import { changeChannels, channelSecretRef, loadChannels, openCredential } from './channel-store.js'

/** A checked registration: what may be shown, and what must be sealed. */
export interface Registration {
  readonly kind: ChannelKind
  readonly address: string
  readonly credential: Secret | null
}

const parse = (name: string): TE.TaskEither<VaultError, ChannelName> => pipe(TE.fromEither(channelName(name)), TE.mapLeft(invalidInput))

const channelView = ({ name, kind, address, since, credential }: Channel): ChannelView => ({
  name,
  kind,
  address,
  since: isoOf(since),
  hasCredential: credential > 0,
})

const known = (deps: AlertDeps, name: ChannelName): TE.TaskEither<VaultError, Channel> =>
  pipe(
    loadChannels(deps),
    TE.flatMap((channels) => {
      const own = deps.ownChannels.map(({ channel }) => channel)
      const found = [...channels, ...own].find((each) => each.name === name)
      return found === undefined ? TE.left<VaultError, Channel>({ _tag: 'ChannelNotFound', channel: name }) : TE.right<VaultError, Channel>(found)
    }),
  )

export const listChannels = (deps: AlertDeps): TE.TaskEither<VaultError, ReadonlyArray<ChannelView>> =>
  pipe(
    loadChannels(deps),
    TE.map((channels) => [...channels, ...deps.ownChannels.map(({ channel }) => channel)].map(channelView)),
  )

export const addChannel = (deps: AlertDeps, name: string, { kind, address, credential }: Registration): TE.TaskEither<VaultError, ChannelView> =>
  pipe(
    parse(name),
    TE.tap((parsed) =>
      changeChannels(
        deps,
        { _tag: 'AddChannel', name: parsed, kind, address, secret: credential !== null, at: deps.clock.now() },
        credential,
      ),
    ),
    TE.flatMap((parsed) => known(deps, parsed)),
    TE.map(channelView),
  )

/** The credentials of earlier generations are of no use any more; also those that a killed process left behind. */
const shredUpTo = (deps: AlertDeps, name: ChannelName, last: number): TE.TaskEither<VaultError, void> =>
  pipe(
    Array.from({ length: last }, (_, n) => n + 1),
    TE.traverseSeqArray((generation) => deps.log.shred(channelSecretRef(name, generation))),
    TE.mapLeft(unavailable),
    TE.map(() => undefined),
  )

/** `combine` makes the new credential of the old one and what was given. */
export const rotateCredential = (
  deps: AlertDeps,
  name: string,
  combine: (channel: Channel, old: Secret | null) => TE.TaskEither<VaultError, Secret>,
): TE.TaskEither<VaultError, ChannelView> =>
  pipe(
    parse(name),
    TE.flatMap((parsed) => known(deps, parsed)),
    TE.bindTo('channel'),
    TE.bind('old', ({ channel }) => openCredential(deps, channel)),
    TE.bind('credential', ({ channel, old }) => combine(channel, old)),
    TE.tap(({ channel, credential }) =>
      changeChannels(deps, { _tag: 'ChangeCredential', name: channel.name, at: deps.clock.now() }, credential),
    ),
    TE.flatMap(({ channel }) =>
      pipe(
        shredUpTo(deps, channel.name, channel.credential),
        TE.map(() => channelView(channel)),
      ),
    ),
  )

export const removeChannel = (deps: AlertDeps, name: string): TE.TaskEither<VaultError, ChannelView> =>
  pipe(
    parse(name),
    TE.flatMap((parsed) => known(deps, parsed)),
    TE.tap((channel) => changeChannels(deps, { _tag: 'RemoveChannel', name: channel.name, at: deps.clock.now() }, null)),
    TE.tap((channel) => shredUpTo(deps, channel.name, channel.credential)),
    TE.map(channelView),
  )

const trial = (deps: AlertDeps, name: ChannelName): AlertMessage => {
  const at = deps.clock.now()
  const id = deps.digest(`lean-vault test ${name} ${at}`).slice(0, 32)
  const happened = `This is a test of the channel ${name}, sent at ${isoOf(at)}.`
  const next = 'Nothing.'
  return {
    id,
    at,
    alerts: [{ id, raisedAt: at, name: null, lineage: 'account', rule: 'test', severity: 'info', happened, means: 'Alerts reach you here.', next }],
  }
}

const refusedBy =
  ({ name }: Channel) =>
  ({ message }: DeliveryProblem): VaultError => ({ _tag: 'ChannelFailed', channel: name, message })

/** Sends one message that says it is a test. Nothing is recorded, and nothing is repeated. */
export const testChannel = (deps: AlertDeps, name: string): TE.TaskEither<VaultError, ChannelView> =>
  pipe(
    parse(name),
    TE.flatMap((parsed) => known(deps, parsed)),
    TE.bindTo('channel'),
    TE.bind('credential', ({ channel }) => openCredential(deps, channel)),
    TE.tap(({ channel, credential }) => {
      const own = deps.ownChannels.find((each) => each.channel.name === channel.name)
      const open = own === undefined ? deps.openChannel(channel, credential) : TE.right(own)
      return pipe(
        open,
        TE.flatMap(({ deliver }) => deliver(trial(deps, channel.name))),
        TE.mapLeft(refusedBy(channel)),
      )
    }),
    TE.map(({ channel }) => channelView(channel)),
  )
