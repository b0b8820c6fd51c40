import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyInFull } from '../../index.js'
import { report } from '../answer.js'
import { checkName } from '../check-name.js'
import { type Body, describe, type Register } from '../command.js'
import { facts } from '../format/facts.js'
import { historyColumns, historyRow } from '../format/history-rows.js'
import { limit, money } from '../format/money.js'
import { fullTime } from '../format/relative-time.js'
import { stateText } from '../format/state-text.js'
import { table } from '../format/table.js'
import { type Session, withVault } from '../session.js'

type Fact = readonly [name: string, value: string]

const listed = (values: ReadonlyArray<string>): string => (values.length === 0 ? 'none' : values.join(', '))

const usageOf = ({ usage }: KeyInFull, now: number): string => {
  const read = usage.lastUpdated === null ? 'never read' : `read ${fullTime(usage.lastUpdated, now)}`
  return `${money(usage.currentMonth)} this month, ${read}`
}

const optional = (name: string, value: string | null): ReadonlyArray<Fact> => (value === null ? [] : [[name, value]])

/** What an adopted key came with and our limits cannot say. */
const keptFact = ({ keptLimit }: KeyInFull): ReadonlyArray<Fact> =>
  keptLimit === null ? [] : [['Limit it came with', `${limit(keptLimit.amount)}, ${keptLimit.window ?? 'for its whole life'}`]]

const limitText = (most: number | null, by: KeyInFull['enforcedBy']['monthly']): string =>
  `${limit(most)}${by === null ? '' : `, enforced by ${by}`}`

/** From when on it is due and who does it, and what was said of this key alone. */
const rotationFacts = ({ rotation: { byWatcher, dueAt, rotate, rotateAfter } }: KeyInFull, now: number): ReadonlyArray<Fact> => {
  const own = [...(rotateAfter === null ? [] : [`rotateAfter ${rotateAfter}`]), ...(rotate === null ? [] : [`rotate ${rotate}`])]
  return [
    ...(dueAt === null ? [] : [['Rotation due', `${fullTime(dueAt, now)}, ${byWatcher ? 'by the watcher' : 'by hand'}`] as const]),
    ...(own.length === 0 ? [] : [['Declared of it', own.join(', ')] as const]),
  ]
}

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`

const factsOf = (key: KeyInFull, now: number): ReadonlyArray<Fact> => [
  ['Name', key.name],
  ['Lineage', key.lineage],
  ['State', stateText(key)],
  ['Hash', key.hash ?? 'unknown'],
  ...optional('Label', key.label),
  ...(key.alsoHeld.length === 0 ? [] : [['Also held', listed(key.alsoHeld)] as const]),
  ['Monthly limit', limitText(key.limits.monthlySpend, key.enforcedBy.monthly)],
  ['Daily limit', limitText(key.limits.dailySpend, key.enforcedBy.daily)],
  ...(key.limits.alertThresholds.length === 0 ? [] : [['Warns at', listed(key.limits.alertThresholds.map(percent))] as const]),
  ...keptFact(key),
  ...(key.secretHeld || key.state === 'removed' ? [] : [['Secret', 'not here'] as const]),
  ['Usage', usageOf(key, now)],
  ...(key.residual === 0 ? [] : [['Born with', `${money(key.residual)} until activation`] as const]),
  ...optional('Workspace', key.workspace),
  ['Tags', listed(Object.entries(key.tags).map(([tag, value]) => `${tag}=${value}`))],
  ['Created', fullTime(key.createdAt, now)],
  ['Changed', fullTime(key.updatedAt, now)],
  ['Expires', key.expiresAt === null ? 'never' : fullTime(key.expiresAt, now)],
  ...rotationFacts(key, now),
  ['Contained for', listed(key.containedFor)],
  ['Pending', listed(key.pending)],
  ...(key.plannedFor === null ? [] : [['Planned for', fullTime(key.plannedFor, now)] as const]),
  ...(key.watchedAttempts === 0 ? [] : [['Watched attempts', String(key.watchedAttempts)] as const]),
]

/** The events of one key: its name is above them. */
const withoutName = <A>(cells: ReadonlyArray<A>): ReadonlyArray<A> => cells.filter((_, at) => historyColumns[at]?.title !== 'NAME')

const textOf = (key: KeyInFull, { io, deps }: Session): string => {
  const rows = key.lastEvents.map((entry) => withoutName(historyRow(entry, deps.now())))
  return `${facts(factsOf(key, deps.now()), io.stdout.columns)}\nLast events:\n${table(withoutName(historyColumns), rows, io.stdout.columns)}`
}

const body =
  (name: string): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() => withVault(session, (vault) => vault.show(name))),
      TE.map((key) => report(key, textOf(key, session))),
    )

/** `show <name>` */
export const registerShow: Register = (program, act) => {
  describe(program.command('show <name>'), {
    summary: 'Show one key in full: state, limits, usage, pending work, last events',
    more: 'From what the vault knows; OpenRouter is not asked. The secret is not shown.',
    examples: ['show my-key', 'show my-key --json'],
    exits: [0, 2, 3, 8],
  }).action((name: string) => act(body(name)))
}
