import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import { libsqlDriver } from '../../../src/adapters/sqlite-log/libsql-driver.js'
import { nodeSqliteDriver } from '../../../src/adapters/sqlite-log/node-sqlite-driver.js'
import type { Driver } from '../../../src/adapters/sqlite-log/driver.js'
import { openWith as openLocked, type SqlitePlace, type SqliteStore } from '../../../src/adapters/sqlite-log/sqlite-store.js'
import type { LogUnavailable } from '../../../src/application/ports/event-log.js'
import type { HeadKeeper } from '../../../src/application/ports/log-proof.js'
import { type VaultId, vaultId } from '../../../src/domain/shared/identifiers.js'
import { millis } from '../../../src/domain/shared/instant.js'
import { testAuthenticator } from '../../support/log-authenticator.js'

export const rightOf = <A>(result: E.Either<unknown, A>): A => {
  if (E.isRight(result)) return result.right
  throw new Error(`unexpected Left: ${JSON.stringify(result.left)}`)
}

export const leftOf = <Error>(result: E.Either<Error, unknown>): Error => {
  if (E.isLeft(result)) return result.left
  throw new Error('unexpected Right')
}

export const right = async <A>(task: TaskEither<unknown, A>): Promise<A> => rightOf(await task())

export const someVault = rightOf(vaultId('00112233445566778899aabbccddeeff'))
export const otherVault = rightOf(vaultId('ffeeddccbbaa99887766554433221100'))
export const briefly = rightOf(millis(150))

/** The drivers that this Node can load. */
export const drivers: ReadonlyArray<Driver> = [libsqlDriver(), nodeSqliteDriver()].filter((driver) => driver !== null)

export interface Place {
  readonly folder: string
  readonly remove: () => void
}

/** The path of a folder that does not exist yet, below one that does. */
export const freshPlace = (): Place => {
  const parent = mkdtempSync(join(tmpdir(), 'lean-vault-test-'))
  return { folder: join(parent, 'home'), remove: () => rmSync(parent, { recursive: true, force: true }) }
}

/** Every byte of every file in a folder. Read by another process: closing a file here would drop SQLite's locks on it. */
export const bytesOf = (folder: string): Buffer =>
  execFileSync('cat', readdirSync(folder).map((name) => join(folder, name)), { maxBuffer: 1 << 28 })

/** A store that is unlocked already, as every command has it. */
export const openWith = (
  driver: Driver,
  place: SqlitePlace,
  newVault: VaultId | null,
  keeper: HeadKeeper | null = null,
): E.Either<LogUnavailable, SqliteStore> => openLocked(driver, place, newVault, { by: testAuthenticator, keeper })
