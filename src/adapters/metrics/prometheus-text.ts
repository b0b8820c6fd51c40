import type { KeyView, UsageReport } from '../../application/reports.js'

/** What the metrics are made of: what the vault knows, without asking OpenRouter. */
export interface Measured {
  readonly keys: ReadonlyArray<KeyView>
  readonly usage: ReadonlyArray<UsageReport>
  /** The last pass of a watcher in this program; null before the first. */
  readonly pass: { readonly at: string; readonly state: string; readonly passes: number; readonly failures: number; readonly credit: number | null } | null
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number | null
}

/** Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const escaped = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')

const line = (name: string, { labels, value }: Sample): ReadonlyArray<string> => {
  if (value === null) return []
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return [`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${String(value)}`]
}

const metric = (name: string, type: 'gauge' | 'counter', help: string, samples: ReadonlyArray<Sample>): ReadonlyArray<string> => {
  const lines = samples.flatMap((sample) => line(name, sample))
  return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines]
}

const alone = (value: number | null): ReadonlyArray<Sample> => [{ labels: {}, value }]
const seconds = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso) / 1000)

/** The vault as Prometheus reads it. Unknown is left out, never 0. Labels hold key names and states: no hash, no secret. */
export const prometheusText = ({ keys, usage, pass }: Measured): string => {
  const byWindow = (pick: (report: UsageReport) => readonly [number | null, number | null]): ReadonlyArray<Sample> =>
    usage.flatMap((report) => {
      const [month, day] = pick(report)
      return [
        { labels: { name: report.name, window: 'month' }, value: month },
        { labels: { name: report.name, window: 'day' }, value: day },
      ]
    })
  const lines = [
    ...metric('lean_vault_key_state', 'gauge', 'The state that a key is in.', keys.map(({ name, state }) => ({ labels: { name, state }, value: 1 }))),
    ...metric('lean_vault_key_pending', 'gauge', 'Works that are still open for a key.', keys.map(({ name, pending }) => ({ labels: { name }, value: pending.length }))),
    ...metric('lean_vault_key_spent_dollars', 'gauge', 'What a key has spent in the current window.', byWindow((report) => [report.usage.currentMonth, report.usage.currentDay])),
    ...metric('lean_vault_key_limit_dollars', 'gauge', 'What a key may spend in a window.', byWindow((report) => [report.limits.monthlySpend, report.limits.dailySpend])),
    ...metric('lean_vault_key_remaining_dollars', 'gauge', 'What is left under a limit.', byWindow((report) => [report.remaining.month, report.remaining.day])),
    ...metric('lean_vault_key_read_timestamp_seconds', 'gauge', 'When the spending of a key was last read.', usage.map((report) => ({ labels: { name: report.name }, value: seconds(report.usage.lastUpdated) }))),
    ...metric('lean_vault_account_credit_dollars', 'gauge', 'What the account has left.', alone(pass?.credit ?? null)),
    ...metric('lean_vault_watch_pass_timestamp_seconds', 'gauge', 'When the last pass of the watcher began.', alone(seconds(pass?.at ?? null))),
    ...metric('lean_vault_watch_passes_total', 'counter', 'Passes since the watcher was started.', alone(pass?.passes ?? null)),
    ...metric('lean_vault_watch_failures_total', 'counter', 'Passes that failed since the watcher was started.', alone(pass?.failures ?? null)),
  ]
  return lines.map((each) => `${each}\n`).join('')
}
