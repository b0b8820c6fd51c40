import type { AlertView, MuteView, RuleView, SendingView } from '../../index.js'
import type { Session } from '../session.js'
import { facts } from './facts.js'
import { plain } from './plain.js'
import { fullTime, relativeTime } from './relative-time.js'
import { table } from './table.js'
import { wrapped } from './wrap.js'

const alertColumns = [
  { title: 'ID' },
  { title: 'RAISED' },
  { title: 'SEVERITY' },
  { title: 'KEY', mayShrink: true },
  { title: 'RULE' },
  { title: 'WHAT HAPPENED', mayShrink: true },
  { title: 'SENT', mayShrink: true },
]

const sentText = ({ deliveries, muted }: AlertView): string => {
  if (muted) return 'muted'
  return deliveries.map(({ channel, state }) => (state === 'delivered' ? channel : `${channel} (${state})`)).join(' ')
}

const rowOf = (alert: AlertView, now: number): ReadonlyArray<string> => [
  alert.id.slice(0, 8),
  relativeTime(alert.raisedAt, now),
  alert.severity,
  alert.name ?? '(account)',
  alert.rule,
  alert.happened,
  sentText(alert),
]

const happenedAt = 5
const without = <A>(row: ReadonlyArray<A>): ReadonlyArray<A> => row.filter((_, at) => at !== happenedAt)

/** What happened stands below its line, whole. Null where the lines do not fit. */
const withSentences = (rows: ReadonlyArray<ReadonlyArray<string>>, columns: number): string | null => {
  const [head = '', ...lines] = table(without(alertColumns), rows.map(without), columns).trimEnd().split('\n')
  const sentence = (row: ReadonlyArray<string>): ReadonlyArray<string> => wrapped(plain(row[happenedAt] ?? ''), columns - 4).map((line) => `    ${line}`)
  if (lines.length !== rows.length) return null
  return [head, ...rows.flatMap((row, at) => [lines[at] ?? '', ...sentence(row)])].map((line) => `${line}\n`).join('')
}

/** Alerts as lines; at a terminal, what happened stands below each. */
export const listText = (alerts: ReadonlyArray<AlertView>, { io, deps }: Session): string => {
  if (alerts.length === 0) return ''
  const { columns } = io.stdout
  const rows = alerts.map((alert) => rowOf(alert, deps.now()))
  return (columns === null ? null : withSentences(rows, columns)) ?? table(alertColumns, rows, columns)
}

/** One alert in full. */
export const showText = (alert: AlertView, { io, deps }: Session): string => {
  const now = deps.now()
  const pairs: ReadonlyArray<readonly [string, string]> = [
    ['Id', alert.id],
    ['Key', alert.name ?? 'none: it is about the account'],
    ['Rule', `${alert.rule} (${alert.severity})`],
    ['Raised', fullTime(alert.raisedAt, now)],
    ['What happened', alert.happened],
    ['What it means', alert.means],
    ['What to do', alert.next],
    ['Seen', alert.acknowledgedAt === null ? 'no' : `${fullTime(alert.acknowledgedAt, now)}${alert.note === null ? '' : `: ${alert.note}`}`],
    ...alert.deliveries.map(({ channel, state, at, cause }): readonly [string, string] => [
      channel,
      `${state} ${fullTime(at, now)}${cause === null ? '' : `: ${cause}`}`,
    ]),
  ]
  return facts(pairs, io.stdout.columns)
}

/** One mute as a sentence. */
export const muteLine = ({ name, rule, until }: MuteView, now: number): string =>
  `Muted: ${rule ?? 'every rule'} of ${name ?? 'everything'}, until ${fullTime(until, now)}.\n`

const ruleColumns = [{ title: 'RULE' }, { title: 'FOR' }, { title: 'SEVERITY' }, { title: 'ON' }, { title: 'DOES' }, { title: 'MEASURE' }, { title: 'FROM', mayShrink: true }]

const word = (value: boolean | null): string => (value === null ? '' : value ? 'yes' : 'no')

const ruleRows = ({ rule, severity, on, action, measure, from, set }: RuleView): ReadonlyArray<ReadonlyArray<string>> => [
  [rule, 'all', severity, word(on), action, measure ?? '', from],
  ...set.map((each) => ['', each.of, each.severity ?? '', word(each.on), each.action ?? '', each.measure ?? '', each.from]),
]

const quietLine = ({ of, hours, from }: SendingView['quiet'][number]): string =>
  `Quiet hours${of === null ? '' : ` of ${of}`}: ${hours === null ? 'none' : `${hours} UTC, only critical alerts are sent`} (${from}).\n`

/** The rules as lines, what is set for tags and keys below each. */
export const rulesText = (rules: ReadonlyArray<RuleView>, { quiet, digestAbove, digestFrom }: SendingView, width: number | null): string =>
  [
    table(ruleColumns, rules.flatMap(ruleRows), width),
    ...quiet.map(quietLine),
    `More than ${digestAbove} alerts at once for one channel are one message (${digestFrom}).\n`,
  ].join('')
