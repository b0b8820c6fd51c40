import type { EventRecord, SealedSecret, SecretRef, StreamId } from '../../application/ports/event-log.js'
import type { WrappedRing } from '../../application/ports/key-ring-store.js'
import type { LogInfo } from '../../application/ports/vault-store.js'

/**
 * What outlives a process: several logs may be opened on one store, as several processes open one file.
 * Only the memory log changes it; read it freely in tests.
 */
export interface MemoryStore {
  readonly info: LogInfo
  readonly all: EventRecord[]
  readonly byStream: Map<StreamId, EventRecord[]>
  readonly sealed: Map<string, SealedSecret>
  ring: WrappedRing
  readonly notes: Map<string, string>
}

/** An empty store in memory, for `openMemoryLog`. It lives as long as the program. */
export const makeMemoryStore = (info: LogInfo): MemoryStore => ({
  info,
  all: [],
  byStream: new Map(),
  sealed: new Map(),
  ring: { lock: null, keys: [] },
  notes: new Map(),
})

/** The store as it is now, on its own from then on: a backup, or the same vault on another machine. */
export const copyMemoryStore = (store: MemoryStore): MemoryStore => ({
  info: store.info,
  all: [...store.all],
  byStream: new Map([...store.byStream].map(([stream, records]) => [stream, [...records]])),
  sealed: new Map(store.sealed),
  ring: store.ring,
  notes: new Map(store.notes),
})

/** One text per place. JSON keeps two places apart whatever characters their names hold. */
export const placeOf = (ref: SecretRef): string => JSON.stringify([ref.stream, ref.owner, ref.generation])
