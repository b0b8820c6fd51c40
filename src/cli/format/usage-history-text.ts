import type { UsageDay } from '../../index.js'
import { money } from './money.js'

const widest = 40

/** One line a day, with a bar by which the days compare. `>=`: at least that. */
export const usageHistoryText = (days: ReadonlyArray<UsageDay>): string => {
  const most = Math.max(0, ...days.map(({ spent }) => spent ?? 0))
  const amounts = days.map(({ spent, exact }) => `${spent === null || exact ? '' : '>= '}${money(spent)}`)
  const width = Math.max(0, ...amounts.map((text) => text.length))
  return days
    .map(({ date, spent }, index) => {
      const bar = spent === null || most === 0 ? '' : '#'.repeat(Math.ceil((spent / most) * widest))
      return `${`${date}  ${(amounts[index] ?? '').padStart(width)}  ${bar}`.trimEnd()}\n`
    })
    .join('')
}

/** The same for spreadsheets. An empty field is unknown. https://www.rfc-editor.org/rfc/rfc4180 */
export const usageHistoryCsv = (days: ReadonlyArray<UsageDay>): string =>
  ['date,spent_usd,exact', ...days.map(({ date, spent, exact }) => `${date},${spent === null ? '' : String(spent)},${String(exact)}`)].join('\r\n').concat('\r\n')
