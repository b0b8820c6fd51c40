import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type AlertCommand, alertDecider, type AlertRefusal } from '../../domain/alerts/alert-decider.js'
import type { AlertEvent } from '../../domain/alerts/event.js'
import type { Subject } from '../../domain/alerts/identity.js'
import type { AlertState } from '../../domain/alerts/state.js'
import { fold } from '../../domain/decider.js'
import { lineage } from '../../domain/shared/identifiers.js'
import { decodeRecords } from '../decode-records.js'
import { unavailable, type VaultError } from '../errors.js'
import type { StreamAppend } from '../ports/event-log.js'
import type { AlertDeps } from './alert-deps.js'

const prefix = 'alert/'

const streamOf = (subject: Subject): string => `${prefix}${subject}`

/** The alerts of a subject folded up to `version`. */
export interface LoadedAlerts {
  readonly state: AlertState
  readonly version: number
}

type Store = Pick<AlertDeps, 'log' | 'alertEvents'>

export const loadAlerts = (deps: Store, subject: Subject): TE.TaskEither<VaultError, LoadedAlerts> =>
  pipe(
    deps.log.read(streamOf(subject)),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.alertEvents, records)),
    TE.map((events) => ({ state: fold(alertDecider, alertDecider.initial, events), version: events.length })),
  )

const subjectOf = (stream: string): ReadonlyArray<Subject> => {
  const text = stream.slice(prefix.length)
  const parsed = text === 'account' ? E.right<unknown, Subject>(text) : lineage(text)
  return E.isRight(parsed) ? [parsed.right] : []
}

/** Every subject that ever had an alert, with its alerts. */
export const loadAllAlerts = (deps: Store): TE.TaskEither<VaultError, ReadonlyMap<Subject, LoadedAlerts>> =>
  pipe(
    deps.log.streams(prefix),
    TE.mapLeft(unavailable),
    TE.flatMap((streams) =>
      TE.traverseSeqArray((subject: Subject) =>
        pipe(
          loadAlerts(deps, subject),
          TE.map((loaded) => [subject, loaded] as const),
        ),
      )(streams.flatMap(subjectOf)),
    ),
    TE.map((entries) => new Map(entries)),
  )

/** Facts of one subject as the part of a commit that they are. */
export const appendOf = (
  deps: Pick<AlertDeps, 'alertEvents'>,
  subject: Subject,
  expectedVersion: number,
  events: ReadonlyNonEmptyArray<AlertEvent>,
): StreamAppend => ({ stream: streamOf(subject), expectedVersion, records: RNEA.map(deps.alertEvents.encode)(events) })

/** What a command about some subjects came to. */
export type AlertsDone = ReadonlyMap<Subject, E.Either<AlertRefusal, ReadonlyNonEmptyArray<AlertEvent>>>

const mostConflicts = 64

/** One command for each of these subjects, all in one commit; decided anew when somebody else was first. */
export const transactAlerts = (
  deps: Store,
  commands: ReadonlyMap<Subject, AlertCommand>,
  conflicts = 0,
): TE.TaskEither<VaultError, AlertsDone> =>
  pipe(
    [...commands],
    TE.traverseSeqArray(([subject, command]) =>
      pipe(
        loadAlerts(deps, subject),
        TE.map(({ state, version }) => ({ subject, version, decision: alertDecider.decide(command, state) })),
      ),
    ),
    TE.flatMap((decided) => {
      const done: AlertsDone = new Map(decided.map(({ subject, decision }) => [subject, decision]))
      const [first, ...rest] = decided.flatMap(({ subject, version, decision }) =>
        E.isRight(decision) ? [appendOf(deps, subject, version, decision.right)] : [],
      )
      if (first === undefined) return TE.right<VaultError, AlertsDone>(done)
      return pipe(
        deps.log.commit({ appends: [first, ...rest], seal: [] }),
        TE.map(() => done),
        TE.orElse((error) => {
          if (error._tag === 'LogUnavailable') return TE.left(unavailable(error))
          return conflicts < mostConflicts
            ? transactAlerts(deps, commands, conflicts + 1)
            : TE.left<VaultError>({ _tag: 'VaultUnavailable', reason: 'locked', message: 'other processes keep changing the alerts' })
        }),
      )
    }),
  )
