import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { fold } from '../domain/decider.js'
import type { KeyEvent } from '../domain/key/event.js'
import type { KeyDecider } from '../domain/key/index.js'
import type { KeyState } from '../domain/key/state.js'
import { type KeyName, keyName } from '../domain/shared/identifiers.js'
import { decodeRecords } from './decode-records.js'
import type { LocalDeps } from './deps.js'
import { unavailable, type VaultError } from './errors.js'
import type { LogUnavailable, SealedSecret, VersionConflict } from './ports/event-log.js'
import { stateIn, stateText } from './state-text.js'

const prefix = 'key/'

export const streamOf = (name: KeyName): string => `${prefix}${name}`

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

/** All names that ever had a life here, sorted. */
const keyNames = (deps: Pick<LocalDeps, 'log'>): TE.TaskEither<VaultError, ReadonlyArray<KeyName>> =>
  pipe(
    deps.log.streams(prefix),
    TE.mapLeft(unavailable),
    TE.map((streams) =>
      streams.flatMap((stream) => {
        const name = keyName(stream.slice(prefix.length))
        return E.isRight(name) ? [name.right] : []
      }),
    ),
  )

/** Every name with its state; an error where a single one cannot be read. */
export const loadAllKeys = (deps: KeyReader): TE.TaskEither<VaultError, ReadonlyMap<KeyName, KeyState>> =>
  pipe(
    keyNames(deps),
    TE.flatMap(
      TE.traverseSeqArray((name) =>
        pipe(
          loadKey(deps, name),
          TE.map((loaded) => [name, loaded.state] as const),
        ),
      ),
    ),
    TE.map((entries) => new Map(entries)),
  )

/** What the log can tell of all names: the states of most, and why the streams of the others cannot be read here. */
export interface KnownKeys {
  readonly states: ReadonlyMap<KeyName, KeyState>
  /** A newer version wrote in these streams. What they hold, and which remote keys are theirs, is not known. */
  readonly unreadable: ReadonlyMap<KeyName, string>
}

type Read = { readonly name: KeyName } & ({ readonly state: KeyState } | { readonly problem: string })

/** One stream that a newer colleague wrote in must not keep all others from being used; damage still does. */
const tolerating = (deps: KeyReader, name: KeyName): TE.TaskEither<VaultError, Read> =>
  pipe(
    loadKey(deps, name),
    TE.map(({ state }): Read => ({ name, state })),
    TE.orElse((error) =>
      error._tag === 'VaultUnavailable' && error.reason === 'newer-format'
        ? TE.right<VaultError, Read>({ name, problem: error.message })
        : TE.left(error),
    ),
  )

/** Every name, with its state where its stream can be read. */
export const loadKnownKeys = (deps: KeyReader): TE.TaskEither<VaultError, KnownKeys> =>
  pipe(
    keyNames(deps),
    TE.flatMap(TE.traverseSeqArray((name) => tolerating(deps, name))),
    TE.map((all) => ({
      states: new Map(all.flatMap((each) => ('state' in each ? [[each.name, each.state] as const] : []))),
      unreadable: new Map(all.flatMap((each) => ('problem' in each ? [[each.name, each.problem] as const] : []))),
    })),
  )

/** What can be read of all names, and the first reason why not all can. */
interface ReadableKeys {
  readonly states: ReadonlyMap<KeyName, KeyState>
  readonly problem: VaultError | null
}

type MaybeRead = { readonly name: KeyName; readonly state: KeyState | null; readonly problem: VaultError | null }

const isDamage = (error: VaultError): boolean => error._tag === 'VaultUnavailable' && error.reason === 'corrupt'

/** Every name whose stream is whole, for a vault that is given up; damage keeps nothing else from being told. */
export const loadReadableKeys = (deps: KeyReader): TE.TaskEither<VaultError, ReadableKeys> =>
  pipe(
    keyNames(deps),
    TE.flatMap(
      TE.traverseSeqArray((name) =>
        pipe(
          loadKey(deps, name),
          TE.map(({ state }): MaybeRead => ({ name, state, problem: null })),
          TE.orElse((problem) => (isDamage(problem) ? TE.right<VaultError, MaybeRead>({ name, state: null, problem }) : TE.left(problem))),
        ),
      ),
    ),
    TE.map((all) => ({
      states: new Map(all.flatMap(({ name, state }) => (state === null ? [] : [[name, state] as const]))),
      problem: all.find(({ problem }) => problem !== null)?.problem ?? null,
    })),
  )
