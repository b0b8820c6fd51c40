import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyState } from '../domain/key/state.js'
import { type KeyName, keyName } from '../domain/shared/identifiers.js'
import type { LocalDeps } from './deps.js'
import { unavailable, type VaultError } from './errors.js'
import { type KeyReader, keyStreams, loadKey, streamOf } from './key-store.js'
import type { StreamId } from './ports/event-log.js'
import { inCrowds } from './read-together.js'

/** The sums of many keys: those that have none are not asked for one by one. */
const forMany = (deps: KeyReader): TE.TaskEither<VaultError, KeyReader> => {
  const { snapshots } = deps
  if (snapshots === undefined) return TE.right(deps)
  return pipe(
    snapshots.streams(),
    TE.map((kept) => ({ ...deps, snapshots: { ...snapshots, read: (stream: StreamId) => (kept.has(stream) ? snapshots.read(stream) : TE.right(null)) } })),
    TE.orElse(() => TE.right<VaultError, KeyReader>(deps)),
  )
}

/** All names that ever had a life here, sorted. */
export const keyNames = (deps: Pick<LocalDeps, 'log'>): TE.TaskEither<VaultError, ReadonlyArray<KeyName>> =>
  pipe(
    deps.log.streams(keyStreams),
    TE.mapLeft(unavailable),
    TE.map((streams) =>
      streams.flatMap((stream) => {
        const name = keyName(stream.slice(keyStreams.length))
        return E.isRight(name) ? [name.right] : []
      }),
    ),
  )

/** What `load` makes of every name, one after the other. */
const eachKey = <A>(
  deps: KeyReader,
  load: (reader: KeyReader, name: KeyName) => TE.TaskEither<VaultError, A>,
): TE.TaskEither<VaultError, ReadonlyArray<A>> =>
  pipe(
    TE.Do,
    TE.bind('names', () => keyNames(deps)),
    TE.bind('reader', () => forMany(deps)),
    TE.flatMap(({ names, reader }) =>
      inCrowds(deps.log, names, streamOf, (log, name) => load({ ...reader, log }, name)),
    ),
  )

/** Every name with its state; an error where a single one cannot be read. */
export const loadAllKeys = (deps: KeyReader): TE.TaskEither<VaultError, ReadonlyMap<KeyName, KeyState>> =>
  pipe(
    eachKey(deps, (reader, name) =>
      pipe(
        loadKey(reader, name),
        TE.map((loaded) => [name, loaded.state] as const),
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
    eachKey(deps, tolerating),
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
    eachKey(deps, (reader, name) =>
      pipe(
        loadKey(reader, name),
        TE.map(({ state }): MaybeRead => ({ name, state, problem: null })),
        TE.orElse((problem) => (isDamage(problem) ? TE.right<VaultError, MaybeRead>({ name, state: null, problem }) : TE.left(problem))),
      ),
    ),
    TE.map((all) => ({
      states: new Map(all.flatMap(({ name, state }) => (state === null ? [] : [[name, state] as const]))),
      problem: all.find(({ problem }) => problem !== null)?.problem ?? null,
    })),
  )
