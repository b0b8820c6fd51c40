import assert from 'node:assert/strict'

import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable, NewRecord, SealedSecret, SecretRef, StreamAppend, VersionConflict } from '../application/ports/event-log.js'
import type { VaultStore } from '../application/ports/vault-store.js'
import { type Instant, instant } from '../domain/shared/instant.js'
import { type Steps, type Suite, suiteOf } from './suite.js'

/**
 * One fresh, empty store. `open` gives another handle on it, as another process would have one. An authenticator
 * that it is unlocked with must have the keys `a`, `b`, `y` and `z` too, which the suite puts into the ring.
 */
export interface EventLogSubject {
  readonly open: () => Promise<VaultStore>
  readonly dispose: () => Promise<void>
}

export const right = async <A>(task: TaskEither<unknown, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) assert.fail(`unexpected Left: ${JSON.stringify(result.left)}`)
  return result.right
}

export const left = async <Error>(task: TaskEither<Error, unknown>): Promise<Error> => {
  const result = await task()
  if (E.isRight(result)) assert.fail(`unexpected Right: ${JSON.stringify(result.right)}`)
  return result.left
}

export const at = (ms: number): Instant => {
  const made = instant(ms)
  if (E.isLeft(made)) assert.fail('bad instant')
  return made.right
}

export const record = (data: string, type = 'Happened', ms = 1_700_000_000_000): NewRecord => ({ type, schema: 1, at: at(ms), data })

export const append = (stream: string, expectedVersion: number, ...data: [string, ...string[]]): StreamAppend => {
  const [first, ...rest] = data
  return { stream, expectedVersion, records: [record(first), ...rest.map((text) => record(text))] }
}

export const place = (stream: string, owner = 'a#1', generation = 1): SecretRef => ({ stream, owner, generation })

export const sealedAt = (ref: SecretRef, bytes: ReadonlyArray<number>, keyId = 'k1'): SealedSecret => ({
  ref,
  keyId,
  bytes: Uint8Array.from(bytes),
})

export const clash = (stream: string): VersionConflict => ({ _tag: 'VersionConflict', stream })
export const closed = { _tag: 'LogUnavailable', reason: 'io', wroteNothing: true }

/** What a case works on: made before it, closed and taken away after it. */
export interface FreshStore {
  subject: EventLogSubject
  store: VaultStore
}

/** A suite whose every case has a fresh store. */
export const onFreshStore = (
  makeSubject: () => Promise<EventLogSubject>,
  build: (steps: Pick<Steps, 'it'>, fresh: FreshStore) => void,
): Suite =>
  suiteOf(({ it, beforeEach, afterEach }) => {
    // Filled before each case.
    const fresh = {} as FreshStore
    beforeEach(async () => {
      fresh.subject = await makeSubject()
      fresh.store = await fresh.subject.open()
    })
    afterEach(async () => {
      await right(fresh.store.log.close())
      await fresh.subject.dispose()
    })
    build({ it }, fresh)
  })

/** One commit of these appends and no secret. */
export const commitTo = (fresh: FreshStore, first: StreamAppend, ...rest: ReadonlyArray<StreamAppend>): TaskEither<VersionConflict | LogUnavailable, void> =>
  fresh.store.log.commit({ appends: [first, ...rest], seal: [] })

/** The versions that a stream has. */
export const versionsIn = async (fresh: FreshStore, stream: string): Promise<ReadonlyArray<number>> =>
  (await right(fresh.store.log.read(stream))).map(({ version }) => version)
