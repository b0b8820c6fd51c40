import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AlertPolicy } from '../../domain/alerts/policy.js'
import { scheduledGrace } from '../../domain/alerts/rotation-date.js'
import type { RotationMode } from '../../domain/key/rotation-event.js'
import type { Deps, LocalDeps } from '../deps.js'
import { messageOf } from '../error-message.js'
import type { VaultError } from '../errors.js'
import { loadKnownKeys } from '../load-keys.js'
import { checkOptions, type Names } from '../known-options.js'
import type { ChangeReport } from '../reports.js'
import { parseRotation } from '../use-cases/input.js'
import { rotate } from '../use-cases/rotate.js'
import type { RotateDueOptions } from '../vault.js'
import { isoOf } from '../view-key.js'
import { type DueRotation, dueRotations } from './due-rotations.js'
import { heldBackText } from './held-back-text.js'
import type { DueKey, RotateDueReport } from './rotation-reports.js'

const names: Names<RotateDueOptions> = { grace: true, dryRun: true }

/** So many keys are worked on at once, as in a panic. */
const lanes = 6

type Failure = RotateDueReport['failed'][number]
type Fate = { readonly _tag: 'Reported'; readonly report: ChangeReport } | { readonly _tag: 'Failed'; readonly failure: Failure }

/** What was begun goes on. */
const isOpen = ({ heldBack }: DueRotation): boolean => heldBack === null || heldBack === 'being-rotated'

const viewOf = (due: DueRotation): DueKey => ({
  name: due.name,
  why: due.why,
  since: isoOf(due.at),
  heldBack: due.heldBack === null || isOpen(due) ? null : heldBackText(due.heldBack),
})

const fateOf = (deps: Deps, mode: RotationMode, { generation, heldBack, name }: DueRotation): T.Task<Fate> =>
  pipe(
    rotate(deps, name, mode, heldBack === null ? generation : null),
    T.map((answer): Fate =>
      isLeft(answer)
        ? { _tag: 'Failed', failure: { name, error: answer.left._tag, reason: messageOf(answer.left) } }
        : { _tag: 'Reported', report: answer.right },
    ),
  )

const inLanes = (deps: Deps, mode: RotationMode, due: ReadonlyArray<DueRotation>): T.Task<ReadonlyArray<Fate>> =>
  pipe(
    RA.makeBy(lanes, (lane) => due.filter((_, at) => at % lanes === lane)),
    T.traverseArray(T.traverseSeqArray((each: DueRotation) => fateOf(deps, mode, each))),
    T.map(RA.flatten),
  )

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)

const reportOf = (due: ReadonlyArray<DueRotation>, fates: ReadonlyArray<Fate>): RotateDueReport => ({
  due: due.map(viewOf),
  rotations: fates.flatMap((fate) => (fate._tag === 'Reported' ? [fate.report] : [])).sort(byName),
  failed: fates.flatMap((fate) => (fate._tag === 'Failed' ? [fate.failure] : [])).sort(byName),
})

/** Replaces the keys that are due by this policy; OpenRouter is asked for only where there are any. */
export const rotateDue = (
  local: LocalDeps,
  remote: () => TE.TaskEither<VaultError, Deps>,
  policy: AlertPolicy,
  options: RotateDueOptions | undefined,
): TE.TaskEither<VaultError, RotateDueReport> => {
  const { grace, dryRun } = options ?? {}
  return pipe(
    TE.fromEither(checkOptions('rotateDue', names, options)),
    TE.bindTo('checked'),
    TE.bind('asked', () => TE.fromEither(grace === undefined ? parseRotation({}) : parseRotation({ grace }))),
    TE.bind('known', () => loadKnownKeys(local)),
    TE.flatMap(({ asked, known }) => {
      const mode: RotationMode = grace === undefined ? { ...asked, grace: scheduledGrace } : asked
      const due = dueRotations(policy, known.states, local.clock.now())
      const open = due.filter(isOpen)
      if (dryRun === true || open.length === 0) return TE.right(reportOf(due, []))
      return pipe(
        remote(),
        TE.flatMapTask((deps) => inLanes(deps, mode, open)),
        TE.map((fates) => reportOf(due, fates)),
      )
    }),
  )
}
