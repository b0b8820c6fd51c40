import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DamageTold, LogAudit } from '../../index.js'
import { type Answer, report, unheld } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { loadLibrary, type Session, vaultOptions, withVault } from '../session.js'

interface Flags {
  readonly expect?: string
}

const headOf = ({ head }: LogAudit): string | null => (head === null ? null : `${head.sequence}:${head.hash}`)

const counts = ({ records, streams, secrets }: LogAudit): string =>
  `${records} ${records === 1 ? 'record' : 'records'} in ${streams} ${streams === 1 ? 'stream' : 'streams'}, ${secrets} sealed ${secrets === 1 ? 'secret' : 'secrets'}`

const outside: Readonly<Record<LogAudit['sealedHead'], string>> = {
  matches: 'The head that is remembered outside is this one.',
  behind: 'The head that is remembered outside is an earlier one of this log, as after a crash.',
  none: 'No head is remembered outside: an older copy of this vault could not be told from it.',
  unreadable: 'The head that is remembered outside is not authentic.',
  contradicts: 'The head that is remembered outside is none of this log.',
}

const damageLine = ({ where, version, what }: LogAudit['damage'][number]): string =>
  `  ${where}${version === null ? '' : `, event ${version}`}: ${what}\n`

const ranges = (versions: ReadonlyArray<number>): string => {
  const runs: Array<[number, number]> = []
  for (const version of versions) {
    const run = runs[runs.length - 1]
    if (run !== undefined && run[1] === version - 1) run[1] = version
    else runs.push([version, version])
  }
  return runs.length === 0 ? 'none' : runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}

const streamLine = ({ stream, readable, lost }: LogAudit['damagedStreams'][number]): string =>
  `  ${stream}: readable events ${ranges(readable)}; lost ${ranges(lost)}\n`

const intactText = (audit: LogAudit): string => {
  const head = headOf(audit)
  const noteDown = head === null ? '' : `Note this down, apart from the vault: ${head}\n`
  return `Intact: ${counts(audit)}.\n${outside[audit.sealedHead]}\n${noteDown}`
}

const damagedText = (audit: LogAudit): string =>
  [
    'Damaged:\n',
    ...audit.damage.map(damageLine),
    ...(audit.damagedStreams.length === 0 ? [] : ['What these streams still hold:\n', ...audit.damagedStreams.map(streamLine)]),
    `Authentic are ${counts(audit)}.\n`,
  ].join('')

/** What became of the alert about it; null where nobody could be told, for this vault does not even open. */
type Told = DamageTold | null

const toldText = (told: Told): string => {
  if (told === null) return 'No alert was raised or sent: this vault does not open.\n'
  const { recorded, raised, delivered, failed } = told
  if (raised === 0 && recorded) return 'The alert about it was raised before, or audit-failure is off; lean-vault alerts list shows it.\n'
  const place = recorded ? 'An alert is raised' : 'The log takes no alert, so it went to the channels directly'
  return `${place}: ${delivered} delivered, ${failed} failed.\n`
}

const answer = (audit: LogAudit, told: Told): Answer => {
  const intact = audit.damage.length === 0
  const { format, records, streams, secrets, sealedHead, damage, damagedStreams } = audit
  const document = { intact, at: headOf(audit), format, records, streams, secrets, sealedHead, damage, damagedStreams }
  return intact
    ? report(document, intactText(audit))
    : unheld({ ...document, alert: told }, `${damagedText(audit)}${toldText(told)}`, 'Do not write to this vault; restore a backup of its folder. Streams that are not named can be read.')
}

/** Whoever runs this by a timer reads no output: damage is told by the channels too. */
const telling = (session: Session, { damage }: LogAudit): TE.TaskEither<CliError, Told> =>
  damage.length === 0
    ? TE.right(null)
    : pipe(
        withVault(session, (vault): TE.TaskEither<CliError, Told> => vault.alerts.tellDamage(damage)),
        TE.orElse(() => TE.right<CliError, Told>(null)),
      )

const verifying =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      loadLibrary(session),
      TE.flatMap((library): TE.TaskEither<CliError, LogAudit> => library.auditVault({ ...vaultOptions(session), ...flags })),
      TE.bindTo('audit'),
      TE.bind('told', ({ audit }) => telling(session, audit)),
      TE.map(({ audit, told }) => answer(audit, told)),
    )

const more = `Every record is checked against its hash, its authentication and the record before it, every stream up to its end,
every sealed secret, the pages of the file, and the head that is remembered outside. Damage is named: which stream, which
event, what is still readable and what is lost. It is also raised as the alert audit-failure, once for the same damage, and
sent; where the log takes no alert any more, it goes to the channels directly.

At the end it prints SEQ:HASH, which stands for the whole history. Note it down elsewhere: --expect holds the vault against
it, so that an older copy or another history is found whatever was rolled back with it.`

/** `audit verify` */
export const registerAudit: Register = (program, act) => {
  const audit = describe(program.command('audit').helpCommand(false), {
    summary: 'Check that the history is what was written',
    examples: ['audit verify'],
    exits: [0, 2, 8, 9],
  })
  describe(audit.command('verify'), {
    summary: 'Check every record, every secret and the end of every stream',
    more,
    examples: ['audit verify', 'audit verify --json', 'audit verify --expect 41:<hash>'],
    exits: [0, 2, 8, 9],
  })
    .option('--expect <seq:hash>', 'what an earlier audit verify told: the history must go on from there')
    .action((flags: Flags) => act(verifying(flags)))
}
