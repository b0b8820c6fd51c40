import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DueKey, OpenedVault, RotateDueOptions, RotateDueReport } from '../../index.js'
import { type Answer, incomplete, report } from '../answer.js'
import { textOfChange } from '../change-text.js'
import type { CliError } from '../cli-error.js'
import type { Body } from '../command.js'
import { mayAsk, type Session, withProgress, withVault } from '../session.js'

interface Flags {
  readonly grace?: string
  readonly yes?: boolean
  readonly dryRun?: boolean
}

const optionsOf = ({ grace }: Flags): RotateDueOptions => (grace === undefined ? {} : { grace })

const reasonOf = ({ why, since }: DueKey): string => `${why === 'age' ? 'older than its rotateAfter' : 'expires soon'} since ${since}`

const lines = (title: string, all: ReadonlyArray<string>): string => (all.length === 0 ? '' : `${title}:\n${all.map((each) => `  ${each}\n`).join('')}`)

const dueText = (due: ReadonlyArray<DueKey>): string => {
  const open = due.filter(({ heldBack }) => heldBack === null)
  const held = due.filter(({ heldBack }) => heldBack !== null)
  if (due.length === 0) return 'No key is due.\n'
  return [
    lines('Due', open.map((each) => `${each.name}: ${reasonOf(each)}`)),
    lines('Due, and left as they are', held.map((each) => `${each.name}: ${each.heldBack ?? ''}`)),
  ].join('')
}

const answer = (done: RotateDueReport): Answer => {
  const open = done.rotations.filter(({ outcome }) => outcome === 'incomplete')
  const text = [
    ...done.rotations.map((change) => textOfChange(change, 'rotated')),
    lines('Due, and left as they are', done.due.flatMap(({ name, heldBack }) => (heldBack === null ? [] : [`${name}: ${heldBack}`]))),
    lines('NOT rotated', done.failed.map(({ name, reason }) => `${name}: ${reason}`)),
  ].join('')
  const said = text === '' ? 'No key is due.\n' : text
  return open.length + done.failed.length > 0
    ? incomplete(done, said, 'lean-vault reconcile finishes what was begun; rotate --due tries the others again.')
    : report(done, said)
}

const ask = (session: Session): TE.TaskEither<CliError, void> =>
  pipe(
    TE.fromTask<boolean | null, CliError>(() => session.deps.ask.yesOrNo('Rotate these keys? Programs must fetch the new ones.')),
    TE.flatMap((answered): TE.TaskEither<CliError, void> => {
      if (answered === null) return TE.left({ _tag: 'BrokenOff' })
      return answered ? TE.right(undefined) : TE.left({ _tag: 'Declined' })
    }),
  )

/** Where nothing is due nobody need be asked. */
const confirmed = (session: Session, { due }: RotateDueReport, { yes }: Flags): TE.TaskEither<CliError, void> => {
  if (yes === true || due.every(({ heldBack }) => heldBack !== null)) return TE.right(undefined)
  if (mayAsk(session)) {
    session.io.stderr.write(dueText(due))
    return ask(session)
  }
  return TE.left({
    _tag: 'AnswerNeeded',
    what: 'Rotating the keys that are due must be confirmed',
    instead: 'Give --yes to confirm it, or --dry-run to see which they are.',
  })
}

const rotateDue = (session: Session, vault: OpenedVault, flags: Flags): TE.TaskEither<CliError, Answer> =>
  pipe(
    vault.rotateDue({ ...optionsOf(flags), dryRun: true }),
    TE.mapError((error): CliError => error),
    TE.flatMap((plan) =>
      flags.dryRun === true
        ? TE.right(report(plan, `${dueText(plan.due)}This is a plan: nothing was recorded or changed.\n`))
        : pipe(
            confirmed(session, plan, flags),
            TE.flatMap(() => withProgress(session, vault.rotateDue(optionsOf(flags)))),
            TE.map(answer),
          ),
    ),
  )

/** `rotate --due` */
export const dueBody =
  (flags: Flags): Body =>
  (session) =>
    withVault(session, (vault) => rotateDue(session, vault, flags))
