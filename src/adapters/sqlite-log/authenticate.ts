import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { HeadKeeper, LogAuthenticator } from '../../application/ports/log-proof.js'
import type { Database } from './database.js'
import { unavailable } from './failure.js'
import { lift } from './lift.js'
import { hashAt } from './log-end.js'
import { inSnapshot } from './transaction.js'

type Answer<A> = E.Either<LogUnavailable, A>

const older = (sequence: number): LogUnavailable =>
  unavailable(
    'corrupt',
    `The vault is older than its sealed head remembers, or another one: record ${sequence} is not the one that was written. ` +
      'Either an old folder was put back, or this vault was copied: of a vault and its copies only the one that was written last goes on.',
  )

/** Holds what is remembered outside against what is in the file: the log may be longer, never shorter and never another. */
const checkRemembered = (database: Database, keeper: HeadKeeper): Answer<void> => {
  const remembered = keeper.read()
  if (remembered._tag !== 'Known') return E.right(undefined)
  const { sequence, hash } = remembered.head
  return inSnapshot(database, () => (hashAt(database, sequence) === hash ? E.right(undefined) : E.left(older(sequence))))
}

/** Gives the keys of the log to this connection, without comparing anything: for a check that goes on after a damage. */
export const entrust = (database: Database, by: LogAuthenticator, keeper: HeadKeeper | null): Answer<void> => {
  const { guard } = database
  Object.assign(guard, { authenticator: by, keeper, heads: null, outdated: false })
  const lifted = guard.format === 1 ? lift(database) : E.right(undefined)
  if (E.isLeft(lifted)) guard.authenticator = null
  return lifted
}

/** Unlocks the log: from here on all that is read is proven, and what is written can be. */
export const authenticateIn = (database: Database, by: LogAuthenticator, keeper: HeadKeeper | null): Answer<void> => {
  const entrusted = entrust(database, by, keeper)
  if (E.isLeft(entrusted) || keeper === null) return entrusted
  const checked = checkRemembered(database, keeper)
  if (E.isLeft(checked)) database.guard.authenticator = null
  return checked
}
