import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import type { VaultError } from './errors.js'
import type { EventCodec } from './ports/event-codec.js'
import type { EventRecord } from './ports/event-log.js'

/** A stored event that cannot be read is damage: better no answer than one from half a history. */
export const decodeRecords = <Event>(
  codec: Pick<EventCodec<Event>, 'decode'>,
  records: ReadonlyArray<EventRecord>,
): E.Either<VaultError, ReadonlyArray<Event>> =>
  pipe(
    E.traverseArray(codec.decode)(records),
    E.mapLeft(
      (problem): VaultError => ({
        _tag: 'VaultUnavailable',
        reason: problem.newer ? 'newer-format' : 'corrupt',
        message: `event ${String(problem.version)} of ${problem.stream} cannot be read: ${problem.problem}`,
      }),
    ),
  )
