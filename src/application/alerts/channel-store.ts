import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type Channel, channelsDecider, type ChannelsCommand, type ChannelsState, nextGeneration } from '../../domain/alerts/channels.js'
import { fold } from '../../domain/decider.js'
import type { ChannelName } from '../../domain/shared/identifiers.js'
import { decodeRecords } from '../decode-records.js'
import { unavailable, type VaultError } from '../errors.js'
import type { LogUnavailable, SealedSecret, SecretRef, VersionConflict } from '../ports/event-log.js'
import type { Secret } from '../secret.js'
import { vaultStream } from '../vault-store.js'
import type { AlertDeps } from './alert-deps.js'

/** Where a generation of a channel's credential rests. */
export const channelSecretRef = (name: ChannelName, generation: number): SecretRef => ({
  stream: vaultStream,
  owner: `channel ${name}`,
  generation,
})

interface LoadedChannels {
  readonly state: ChannelsState
  readonly version: number
}

type Reader = Pick<AlertDeps, 'log' | 'vaultEvents'>

const load = (deps: Reader): TE.TaskEither<VaultError, LoadedChannels> =>
  pipe(
    deps.log.read(vaultStream),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.vaultEvents, records)),
    TE.map((events) => ({ state: fold(channelsDecider, channelsDecider.initial, events), version: events.length })),
  )

export const loadChannels = (deps: Reader): TE.TaskEither<VaultError, ReadonlyArray<Channel>> =>
  pipe(
    load(deps),
    TE.map(({ state }) => [...state.channels.values()]),
  )

const refused = (command: ChannelsCommand, tag: 'ChannelTaken' | 'NoSuchChannel' | 'HasNoCredential'): VaultError => {
  switch (tag) {
    case 'ChannelTaken':
      return { _tag: 'ChannelTaken', channel: command.name }
    case 'NoSuchChannel':
      return { _tag: 'ChannelNotFound', channel: command.name }
    case 'HasNoCredential':
      return { _tag: 'InvalidInput', field: 'channel', rule: 'must be one with a credential of its own' }
  }
}

const sealed = (deps: AlertDeps, ref: SecretRef, credential: Secret | null): TE.TaskEither<VaultError, ReadonlyArray<SealedSecret>> =>
  credential === null
    ? TE.right([])
    : pipe(
        deps.sealer.seal(ref, credential),
        TE.mapLeft((broken): VaultError => ({ _tag: 'VaultUnavailable', reason: 'wrong-key', message: broken.message })),
        TE.map((one) => [one]),
      )

const mostConflicts = 16

/** Records a change of the channels, with the credential that it needs in the same commit. */
export const changeChannels = (
  deps: AlertDeps,
  command: ChannelsCommand,
  credential: Secret | null,
  conflicts = 0,
): TE.TaskEither<VaultError, void> =>
  pipe(
    load(deps),
    TE.flatMap(({ state, version }) => {
      const decision = channelsDecider.decide(command, state)
      if (isLeft(decision)) return TE.left(refused(command, decision.left._tag))
      const records = RNEA.map(deps.vaultEvents.encode)(decision.right)
      const append = { stream: vaultStream, expectedVersion: version, records }
      const again = (error: VersionConflict | LogUnavailable): TE.TaskEither<VaultError, void> => {
        if (error._tag === 'LogUnavailable') return TE.left(unavailable(error))
        return conflicts < mostConflicts
          ? changeChannels(deps, command, credential, conflicts + 1)
          : TE.left({ _tag: 'VaultUnavailable', reason: 'locked', message: 'other processes keep changing the vault' })
      }
      return pipe(
        sealed(deps, channelSecretRef(command.name, nextGeneration(state, command.name)), credential),
        TE.flatMap((seal) => TE.orElse(again)(deps.log.commit({ appends: [append], seal }))),
      )
    }),
  )

/** The opened credential of a channel; null where it has none. */
export const openCredential = (deps: Pick<AlertDeps, 'log' | 'sealer'>, channel: Channel): TE.TaskEither<VaultError, Secret | null> => {
  const unreadable = (message: string): VaultError => ({ _tag: 'SecretUnreadable', name: `channel ${channel.name}`, message })
  if (channel.credential === 0) return TE.right(null)
  return pipe(
    deps.log.sealed(channelSecretRef(channel.name, channel.credential)),
    TE.mapLeft(unavailable),
    TE.flatMap((found) =>
      found === null
        ? TE.left(unreadable('its sealed credential is not in the vault'))
        : TE.mapLeft((broken: { readonly message: string }) => unreadable(broken.message))(deps.sealer.open(found)),
    ),
  )
}
