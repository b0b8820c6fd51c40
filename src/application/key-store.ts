import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { fold } from '../domain/decider.js'
import type { KeyEvent } from '../domain/key/event.js'
import type { KeyDecider } from '../domain/key/index.js'
import type { KeyState } from '../domain/key/state.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import { decodeRecords } from './decode-records.js'
import type { LocalDeps } from './deps.js'
import { unavailable, type VaultError } from './errors.js'
import type { LogUnavailable, SealedSecret, VersionConflict } from './ports/event-log.js'
import { stateIn, stateText } from './state-text.js'

/** What the names of all keys' streams begin with. */
export const keyStreams = 'key/'

export const streamOf = (name: KeyName): string => `${keyStreams}${name}`

/** A name's life folded up to `version`. */
export interface Loaded {
  readonly state: KeyState
  readonly version: number
}

/** What folds a key's events. */
export interface KeyReader extends Pick<LocalDeps, 'log' | 'keyEvents' | 'snapshots'> {
  readonly protocol: { readonly decider: Pick<KeyDecider, 'initial' | 'evolve'> }
}

/** So many events are read in the time that a process takes to start; a longer history begins at its sum. */
const longHistory = 256

/** The sum of a history as far as one is kept, else its beginning. Trouble with it is none: all can be read. */
const beginning = ({ snapshots, protocol: { decider } }: KeyReader, name: KeyName): TE.TaskEither<VaultError, Loaded> => {
  const nothing: Loaded = { state: decider.initial, version: 0 }
  if (snapshots === undefined) return TE.right(nothing)
  return pipe(
    snapshots.read(streamOf(name)),
    TE.map((found) => {
      const state = found === null ? E.left('none') : stateIn(found.data)
      // What was given out is authentic and was written by this very code.
      return found !== null && E.isRight(state) ? { state: state.right as KeyState, version: found.version } : nothing
    }),
    TE.orElse(() => TE.right(nothing)),
  )
}

const keep = ({ snapshots }: KeyReader, name: KeyName, { state, version }: Loaded): TE.TaskEither<VaultError, void> => {
  const data = stateText(state)
  if (snapshots === undefined || data === null) return TE.right(undefined)
  return pipe(
    snapshots.write(streamOf(name), { version, data }),
    TE.orElse(() => TE.right<VaultError, void>(undefined)),
  )
}

export const loadKey = (deps: KeyReader, name: KeyName): TE.TaskEither<VaultError, Loaded> =>
  pipe(
    beginning(deps, name),
    TE.flatMap((from) =>
      pipe(
        from.version === 0 ? deps.log.read(streamOf(name)) : deps.log.read(streamOf(name), from.version + 1),
        TE.mapLeft(unavailable),
        TE.flatMapEither((records) => decodeRecords(deps.keyEvents, records)),
        TE.map((events) => ({ state: fold(deps.protocol.decider, from.state, events), version: from.version + events.length })),
        TE.tap((loaded) => (loaded.version - from.version < longHistory ? TE.right(undefined) : keep(deps, name, loaded))),
      ),
    ),
  )

export const appendToKey = (
  deps: Pick<LocalDeps, 'log' | 'keyEvents'>,
  name: KeyName,
  expectedVersion: number,
  events: ReadonlyNonEmptyArray<KeyEvent>,
  seal: ReadonlyArray<SealedSecret> = [],
): TE.TaskEither<VersionConflict | LogUnavailable, void> =>
  deps.log.commit({
    appends: [{ stream: streamOf(name), expectedVersion, records: RNEA.map(deps.keyEvents.encode)(events) }],
    seal,
  })
