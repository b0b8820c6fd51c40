import type { UsageReport } from '../../index.js'
import { facts } from './facts.js'
import { limit, money } from './money.js'
import { fullTime, relativeTime } from './relative-time.js'
import { table } from './table.js'

const cells = 10

/** How much of a limit is used, for the eye: `[####......]`; nothing without a limit or a number. */
const bar = (used: number | null, most: number | null): string => {
  if (used === null || most === null) return ''
  const share = most === 0 ? 1 : Math.min(1, used / most)
  const full = share === 1 ? cells : Math.min(cells - 1, Math.ceil(share * cells))
  return `[${'#'.repeat(full)}${'.'.repeat(cells - full)}]`
}

const columns = [
  { title: 'NAME', mayShrink: true, atLeast: 12 },
  { title: 'LEVEL' },
  { title: 'THIS MONTH' },
  { title: 'LIMIT' },
  { title: '', leftOut: 2 },
  { title: 'TODAY' },
  { title: 'LIMIT' },
  { title: '', leftOut: 1 },
  { title: 'READ', leftOut: 3 },
]

const read = ({ usage }: UsageReport, now: number): string =>
  usage.lastUpdated === null ? 'never' : relativeTime(usage.lastUpdated, now)

const row = (report: UsageReport, now: number): ReadonlyArray<string> => {
  const { name, level, usage, limits } = report
  return [
    name,
    level,
    money(usage.currentMonth),
    limit(limits.monthlySpend),
    bar(usage.currentMonth, limits.monthlySpend),
    money(usage.currentDay),
    limit(limits.dailySpend),
    bar(usage.currentDay, limits.dailySpend),
    read(report, now),
  ]
}

/** All keys, one line each. */
export const usageTable = (reports: ReadonlyArray<UsageReport>, now: number, width: number | null): string =>
  table(
    columns,
    reports.map((report) => row(report, now)),
    width,
  )

const windowLine = (used: number | null, most: number | null, left: number | null): string =>
  most === null
    ? `${money(used)}, no limit`
    : `${money(used)} of ${money(most)} ${bar(used, most)} ${left === null ? 'unknown' : money(left)} left`

const forecastLine = ({ forecast }: UsageReport, now: number): string => {
  const reached = [forecast.day, forecast.month].flatMap((window) => window?.limitReachedAt ?? []).sort()
  const [first] = reached
  if (first !== undefined) return `at this rate a limit is reached ${fullTime(first, now)}`
  return forecast.month === null ? 'too early to tell' : `at this rate ${money(Math.round(forecast.month.atEnd * 100) / 100)} by the end of the month`
}

/** One key in full. */
export const usageFacts = (report: UsageReport, now: number, width: number | null): string => {
  const { usage, limits, remaining, enforcedBy } = report
  const by = [enforcedBy.monthly, enforcedBy.daily].flatMap((each) => each ?? [])
  const pairs: ReadonlyArray<readonly [string, string]> = [
    ['Name', report.name],
    ['Level', report.level],
    ['This month', windowLine(usage.currentMonth, limits.monthlySpend, remaining.month)],
    ['Today', windowLine(usage.currentDay, limits.dailySpend, remaining.day)],
    ['Forecast', forecastLine(report, now)],
    ['Nearest bound', report.binding ?? 'none'],
    ['Enforced by', by.length === 0 ? 'no limit to enforce' : [...new Set(by)].join(' and ')],
    ...(report.overshootBound === null ? [] : [['Overshoot', `at most ${money(report.overshootBound)} under the stated assumptions`] as const]),
    ...(report.credit === null ? [] : [['Account credit', money(report.credit)] as const]),
    ...(report.suspicious === null ? [] : [['Not believed', `the newest total is ${report.suspicious}`] as const]),
    ['Read', usage.lastUpdated === null ? 'never' : fullTime(usage.lastUpdated, now)],
  ]
  return facts(pairs, width)
}
