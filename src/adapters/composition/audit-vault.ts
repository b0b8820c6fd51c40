import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, unavailable, type VaultError } from '../../application/errors.js'
import type { LogAudit } from '../../application/ports/log-audit.js'
import type { LogHead } from '../../application/ports/log-proof.js'
import { type ComparedSnapshots, compareSnapshots } from './compare-snapshots.js'
import { loadSettings } from './load-settings.js'
import { closeStore, openStore } from './open-parts.js'
import type { VaultOptions } from './options.js'
import { openRing, openingOf } from './unlock.js'
import { proofsOf } from './unlock-log.js'

/** What to hold a vault against, beside itself. */
export interface AuditOptions extends VaultOptions {
  /** The head that an earlier audit told, as `SEQ:HASH`: the log must go on from it. */
  readonly expect?: string
}

const parseExpected = (expect: string | undefined): E.Either<VaultError, LogHead | null> => {
  if (expect === undefined) return E.right(null)
  const [, sequence, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(expect) ?? []
  return sequence === undefined || hash === undefined
    ? E.left(invalidInput({ field: 'expect', rule: 'must be what an audit told: a number, a colon and 64 hex digits' }))
    : E.right({ sequence: Number(sequence), hash })
}

/** A file that cannot be opened for damage holds nothing that could be told. */
const nothingReadable = (what: string): LogAudit => ({
  format: 0,
  records: 0,
  streams: 0,
  secrets: 0,
  head: null,
  sealedHead: 'none',
  damage: [{ where: 'file', version: null, what }],
  damagedStreams: [],
})

const withSnapshots = (found: LogAudit, { wrong }: ComparedSnapshots): LogAudit => ({
  ...found,
  damage: [...found.damage, ...wrong.map(({ stream, what }) => ({ where: stream, version: null, what }))],
})

const isDamage = (error: VaultError): boolean => error._tag === 'VaultUnavailable' && error.reason === 'corrupt'

/** Somebody changed the vault key between the opening of the ring and the check. */
const isKeyChange = (error: VaultError): boolean => error._tag === 'VaultUnavailable' && ['newer-key', 'wrong-key'].includes(error.reason)

const audit = (options: VaultOptions, expected: LogHead | null, tries = 3): TE.TaskEither<VaultError, LogAudit> =>
  pipe(
    loadSettings(options),
    TE.flatMap((around) =>
      TE.bracket(
        openStore(around),
        (store) => {
          const opening = openingOf(around, options, store)
          return pipe(
            openRing(opening),
            TE.map(({ ring }) => proofsOf(around, store, opening.keyFile, ring)),
            TE.flatMap(({ by, keeper }) => TE.mapLeft(unavailable)(store.audit(by, keeper, expected))),
            TE.bindTo('found'),
            TE.bind('snapshots', () => compareSnapshots(store)),
            TE.map(({ found, snapshots }) => withSnapshots(found, snapshots)),
          )
        },
        closeStore,
      ),
    ),
    TE.orElse((error) => (tries > 1 && isKeyChange(error) ? audit(options, expected, tries - 1) : TE.left(error))),
    TE.orElse((error) =>
      isDamage(error) && 'message' in error ? TE.right(nothingReadable(error.message)) : TE.left(error),
    ),
  )

/** Checks a whole vault against its proofs, the head that is remembered outside, and a head that was noted down. */
export const auditVault = ({ expect, ...options }: AuditOptions): TE.TaskEither<VaultError, LogAudit> =>
  pipe(
    TE.fromEither(parseExpected(expect)),
    TE.flatMap((expected) => audit(options, expected)),
  )
