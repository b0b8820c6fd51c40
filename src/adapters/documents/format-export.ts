import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { ExportedKey, VaultExport } from '../../application/transfer-reports.js'
import { reveal } from '../../application/secret.js'
import { toSealedText } from './sealed-text.js'

/** How an export is written: the vault document as YAML or JSON, or variables for programs. */
export type ExportFormat = 'yaml' | 'json' | 'dotenv'

const valueText = (value: ExportedKey['value']): string | null => {
  if (value === null) return null
  return 'bytes' in value ? toSealedText(value) : reveal(value)
}

const entryOf = ({ value, hash, state, limits, usage, tags, schedule }: ExportedKey) => ({
  value: valueText(value),
  id: hash,
  state,
  limits: { monthly_spend: limits.monthlySpend, daily_spend: limits.dailySpend, alert_threshold: limits.alertThreshold },
  usage: { current_month: usage.currentMonth, current_day: usage.currentDay, last_updated: usage.lastUpdated },
  ...(Object.keys(tags).length === 0 ? {} : { tags }),
  ...(schedule === undefined || schedule.rotateAfter === null ? {} : { rotateAfter: schedule.rotateAfter }),
  ...(schedule === undefined || schedule.rotate === null ? {} : { rotate: schedule.rotate }),
})

const documentOf = ({ keys }: VaultExport) => Object.fromEntries(keys.map((key) => [key.name, entryOf(key)]))

const variableOf = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '_').replace(/^(?=\d)/, '_')

const freeVariable = (name: string, taken: ReadonlySet<string>, n = 1): string => {
  const variable = `${variableOf(name)}${n === 1 ? '' : `_${String(n)}`}`
  return taken.has(variable) ? freeVariable(name, taken, n + 1) : variable
}

const dotenvOf = ({ keys }: VaultExport): string => {
  const taken = new Set<string>()
  const lines = keys.map((key) => {
    const variable = freeVariable(key.name, taken)
    taken.add(variable)
    return `# key: ${key.name} ${key.hash}\n${variable}="${valueText(key.value) ?? ''}"\n`
  })
  return lines.join('')
}

/** An export as text. It has the secrets in it if the export has: write it to its one destination and show it nowhere. */
export const formatExport = (exported: VaultExport, format: ExportFormat): TE.TaskEither<VaultError, string> => {
  if (format === 'json') return TE.right(`${JSON.stringify(documentOf(exported))}\n`)
  if (format === 'dotenv') return TE.right(dotenvOf(exported))
  return TE.fromTask(async () => {
    const { stringify } = await import('yaml')
    return stringify(documentOf(exported), { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })
  })
}
