import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'

import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import { createSqliteStore } from '../../../../src/adapters/sqlite-log/sqlite-store.js'
import type { Commit, NewRecord, SealedSecret, SecretRef } from '../../../../src/application/ports/event-log.js'
import type { VaultStore } from '../../../../src/application/ports/vault-store.js'
import { instant, millis } from '../../../../src/domain/shared/instant.js'
import { vaultId } from '../../../../src/domain/shared/identifiers.js'
import { testAuthenticator } from '../../../support/log-authenticator.js'

export const rightOf = <A>(result: E.Either<unknown, A>): A => {
  if (E.isRight(result)) return result.right
  throw new Error(`unexpected Left: ${JSON.stringify(result.left)}`)
}

export const right = async <A>(task: TaskEither<unknown, A>): Promise<A> => rightOf(await task())

/** Told to the parent by one write, which a kill either lets through whole or not at all. */
export const tell = (line: string): void => {
  writeSync(1, `${line}\n`)
}

/** The store in the folder and by the driver that the parent named; made if it is not there. */
export const openAsTold = async (): Promise<VaultStore> => {
  const [, , folder = '', driver] = process.argv
  const id = rightOf(vaultId(createHash('sha256').update(`${process.pid}`).digest('hex').slice(0, 32)))
  const choice = driver === 'libsql' ? 'libsql' : 'node:sqlite'
  const store = await right(createSqliteStore({ folder, driver: choice, busyTimeout: rightOf(millis(20_000)) }, id))
  await right(store.authenticate(testAuthenticator, null))
  return store
}

export const refOf = (stream: string, n: number): SecretRef => ({ stream, owner: 'o', generation: n })

/** Bytes that the parent can make again, and that are nowhere else. */
export const bytesFor = (stream: string, n: number): Uint8Array =>
  Uint8Array.from(createHash('sha512').update(`${stream} ${n}`).digest())

const sealedFor = (stream: string, n: number): SealedSecret => ({ ref: refOf(stream, n), keyId: 'k', bytes: bytesFor(stream, n) })

/** The n-th commit of a writer, from 1: two streams and a secret. */
export const nthCommit = (stream: string, n: number): Commit => {
  const record: NewRecord = { type: 'T', schema: 1, at: rightOf(instant(n)), data: JSON.stringify({ n, pad: 'x'.repeat(n % 700) }) }
  const append = (name: string) => ({ stream: name, expectedVersion: n - 1, records: [record] }) as const
  return { appends: [append(stream), append(`${stream}/twin`)], seal: [sealedFor(stream, n)] }
}
