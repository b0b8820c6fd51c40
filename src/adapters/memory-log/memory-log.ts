import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type {
  Commit,
  EventLog,
  EventRecord,
  LogUnavailable,
  SealedSecret,
  StreamAppend,
  VersionConflict,
} from '../../application/ports/event-log.js'
import type { KeyRingStore, RingChange, WrappedRing } from '../../application/ports/key-ring-store.js'
import type { Notes } from '../../application/ports/notes.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { type MemoryStore, placeOf } from './memory-store.js'

const nobody: ReadonlyArray<EventRecord> = []
const notText = /[\0\p{Surrogate}]/u

const unavailable = (message: string): LogUnavailable => ({
  _tag: 'LogUnavailable',
  reason: 'io',
  wroteNothing: true,
  message,
})

const copyOf = (sealed: SealedSecret): SealedSecret => ({ ...sealed, bytes: Uint8Array.from(sealed.bytes) })

const conflictIn = (store: MemoryStore, appends: ReadonlyArray<StreamAppend>): VersionConflict | null => {
  const appended = new Map<string, number>()
  for (const { stream, expectedVersion, records } of appends) {
    const version = appended.get(stream) ?? store.byStream.get(stream)?.length ?? 0
    if (version !== expectedVersion) return { _tag: 'VersionConflict', stream }
    appended.set(stream, version + records.length)
  }
  return null
}

const refusalOf = (store: MemoryStore, { appends, seal }: Commit): LogUnavailable | null => {
  const texts = appends.flatMap(({ stream, records }) => [stream, ...records.map(({ data }) => data)])
  if (texts.some((text) => notText.test(text))) {
    return unavailable('The text of an event cannot be kept byte for byte: it holds a NUL or half a character.')
  }
  const places = new Set(seal.map(({ ref }) => placeOf(ref)))
  if (places.size < seal.length || [...places].some((place) => store.sealed.has(place))) {
    return unavailable('A secret is already sealed at this place.')
  }
  return null
}

const append = (store: MemoryStore, { stream, records }: StreamAppend): void => {
  const own = store.byStream.get(stream) ?? []
  store.byStream.set(stream, own)
  for (const { type, schema, at, data } of records) {
    const sequence = store.all.length + 1
    const record = { sequence, stream, version: own.length + 1, type, schema, at, data }
    store.all.push(record)
    own.push(record)
  }
}

const commitTo = (store: MemoryStore, commit: Commit): E.Either<VersionConflict | LogUnavailable, void> => {
  const refused = conflictIn(store, commit.appends) ?? refusalOf(store, commit)
  if (refused !== null) return E.left(refused)
  for (const one of commit.appends) append(store, one)
  for (const sealed of commit.seal) store.sealed.set(placeOf(sealed.ref), copyOf(sealed))
  return E.right(undefined)
}

const ringOf = ({ ring }: MemoryStore): WrappedRing => ({
  lock: ring.lock,
  keys: ring.keys.map(({ keyId, bytes }) => ({ keyId, bytes: Uint8Array.from(bytes) })),
})

const changeRing = <Refusal>(
  store: MemoryStore,
  work: (now: WrappedRing) => E.Either<Refusal, RingChange | null>,
): E.Either<Refusal | VersionConflict, void> => {
  const decided = work(ringOf(store))
  if (E.isLeft(decided)) return decided
  if (decided.right === null) return E.right(undefined)
  const { ring, appends } = decided.right
  const conflict = conflictIn(store, appends)
  if (conflict !== null) return E.left(conflict)
  for (const one of appends) append(store, one)
  store.ring = { lock: ring.lock, keys: ring.keys.map(({ keyId, bytes }) => ({ keyId, bytes: Uint8Array.from(bytes) })) }
  return E.right(undefined)
}

const swapNote = ({ notes }: MemoryStore, name: string, before: string | null, after: string | null): boolean => {
  if ((notes.get(name) ?? null) !== before) return false
  if (after === null) notes.delete(name)
  else notes.set(name, after)
  return true
}

/**
 * An event log in memory, with the same contract as the durable ones; for simulations and tests.
 * It is deterministic: every answer is settled when its task is run, after one turn of the microtask queue.
 */
export const openMemoryLog = (store: MemoryStore): VaultStore => {
  let open = true
  const run =
    <Error, A>(work: () => E.Either<Error, A>): TaskEither<Error | LogUnavailable, A> =>
    () =>
      Promise.resolve<E.Either<Error | LogUnavailable, A>>(open ? work() : E.left(unavailable('The log is closed.')))

  const log: EventLog = {
    read: (stream, fromVersion = 1) =>
      run(() => E.right(store.byStream.get(stream)?.slice(Math.max(0, fromVersion - 1)) ?? nobody)),
    readAll: (afterSequence, limit) => run(() => E.right(store.all.slice(afterSequence, afterSequence + limit))),
    streams: (prefix) => run(() => E.right([...store.byStream.keys()].filter((name) => name.startsWith(prefix)).sort())),
    commit: (commit) => run(() => commitTo(store, commit)),
    sealed: (ref) =>
      run(() => {
        const held = store.sealed.get(placeOf(ref))
        return E.right(held === undefined ? null : copyOf(held))
      }),
    shred: (ref) =>
      run(() => {
        store.sealed.delete(placeOf(ref))
        return E.right<LogUnavailable, 'shredded' | 'pending'>('shredded')
      }),
    close: () => () => {
      open = false
      return Promise.resolve(E.right(undefined))
    },
  }
  const keyRing: KeyRingStore = {
    read: () => run(() => E.right(ringOf(store))),
    change: (work) => run(() => changeRing(store, work)),
  }
  const notes: Notes = {
    read: (prefix) => run(() => E.right(new Map([...store.notes].filter(([name]) => name.startsWith(prefix))))),
    write: (written) => run(() => E.right(written.forEach((value, name) => store.notes.set(name, value)))),
    swap: (name, before, after) => run(() => E.right(swapNote(store, name, before, after))),
  }
  // What is in memory is in nobody else's hands.
  return { info: store.info, log, keyRing, notes, authenticate: () => run(() => E.right(undefined)) }
}
