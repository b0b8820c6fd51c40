import type { AlertView, MuteView, RuleView } from '../../index.js'
import type { Session } from '../session.js'
import { fullTime, relativeTime } from './relative-time.js'
import { facts, table } from './table.js'

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

/** Alerts as lines. */
export const listText = (alerts: ReadonlyArray<AlertView>, { io, deps }: Session): string =>
  alerts.length === 0
    ? ''
    : table(
        alertColumns,
        alerts.map((alert) => [
          alert.id.slice(0, 8),
          relativeTime(alert.raisedAt, deps.now()),
          alert.severity,
          alert.name ?? '(account)',
          alert.rule,
          alert.happened,
          sentText(alert),
        ]),
        io.stdout.columns,
      )

/** One alert in full. */
export const showText = (alert: AlertView, now: number): string =>
  facts([
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
  ])

/** One mute as a sentence. */
export const muteLine = ({ name, rule, until }: MuteView, now: number): string =>
  `Muted: ${rule ?? 'every rule'} of ${name ?? 'everything'}, until ${fullTime(until, now)}.\n`

const ruleColumns = [{ title: 'RULE' }, { title: 'SEVERITY' }, { title: 'ON' }, { title: 'EXCEPTIONS' }]

/** The rules as lines. */
export const rulesText = (rules: ReadonlyArray<RuleView>): string =>
  table(
    ruleColumns,
    rules.map(({ rule, severity, on, exceptions }) => [rule, severity, on ? 'yes' : 'no', exceptions === 0 ? '' : String(exceptions)]),
    null,
  )
