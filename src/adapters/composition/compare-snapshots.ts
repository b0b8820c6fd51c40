import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { decodeRecords } from '../../application/decode-records.js'
import { unavailable, type VaultError } from '../../application/errors.js'
import type { KeptSnapshot } from '../../application/ports/snapshots.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { stateText } from '../../application/state-text.js'
import { fold } from '../../domain/decider.js'
import { evolve } from '../../domain/key/evolve.js'
import { initialKeyState } from '../../domain/key/initial-state.js'
import { keyEventCodec } from '../event-codec/key-event-codec.js'
import { foldName } from './fold-name.js'

/** A kept sum of a history that is not as it should be. */
export interface WrongSnapshot {
  readonly stream: string
  readonly what: string
}

export interface ComparedSnapshots {
  readonly compared: number
  readonly wrong: ReadonlyArray<WrongSnapshot>
}

const unproven = 'a kept sum of its history is not authentic, or of another history; it is not used'
const different = 'a kept sum of its history is not what its records come to'

const compareOne =
  ({ log }: VaultStore) =>
  ({ stream, snapshot }: KeptSnapshot): TE.TaskEither<VaultError, ReadonlyArray<WrongSnapshot>> => {
    if (snapshot === null) return TE.right([{ stream, what: unproven }])
    return pipe(
      log.read(stream),
      TE.mapLeft(unavailable),
      TE.flatMapEither((records) => decodeRecords(keyEventCodec, records.slice(0, snapshot.version))),
      TE.map((events) => (stateText(fold({ evolve }, initialKeyState, events)) === snapshot.data ? [] : [{ stream, what: different }])),
      // A stream that cannot be read has a finding of its own.
      TE.orElse(() => TE.right<VaultError, ReadonlyArray<WrongSnapshot>>([])),
    )
  }

/** Holds each kept sum against all records of its stream. The log must have been unlocked. */
export const compareSnapshots = (store: VaultStore): TE.TaskEither<VaultError, ComparedSnapshots> => {
  if (foldName === null || store.snapshots === undefined) return TE.right({ compared: 0, wrong: [] })
  return pipe(
    store.snapshots(foldName).all(),
    TE.mapLeft(unavailable),
    TE.flatMap((kept) =>
      pipe(
        TE.traverseSeqArray(compareOne(store))(kept),
        TE.map((wrong) => ({ compared: kept.length, wrong: wrong.flat() })),
      ),
    ),
    TE.orElse((error) => (error._tag === 'VaultUnavailable' && error.reason === 'corrupt' ? TE.right({ compared: 0, wrong: [] }) : TE.left(error))),
  )
}
