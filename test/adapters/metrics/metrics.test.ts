import { isLeft, isRight, right } from 'fp-ts/lib/Either.js'
import { afterEach, describe, expect, it } from 'vitest'

import { prometheusText } from '../../../src/adapters/metrics/prometheus-text.js'
import { type MetricsServer, serveMetrics } from '../../../src/adapters/metrics/serve-metrics.js'
import type { KeyView, UsageReport } from '../../../src/application/reports.js'
import { emptyReport } from '../../../src/application/watch/watch-report.js'

const key = { name: 'we"ird\\', state: 'active', pending: ['convergence'] } as unknown as KeyView
const usage = {
  name: 'k',
  limits: { monthlySpend: 100, dailySpend: null },
  usage: { currentMonth: 45.2, currentDay: null, lastUpdated: '2026-01-01T00:00:00.000Z' },
  remaining: { month: 54.8, day: null },
} as unknown as UsageReport

let server: MetricsServer | null = null
afterEach(() => server?.close())

describe('the metrics', () => {
  it('are in the format of Prometheus, with names escaped and what is unknown left out', () => {
    const text = prometheusText({ keys: [key], usage: [usage], pass: null })
    expect(text).toContain('lean_vault_key_state{name="we\\"ird\\\\",state="active"} 1\n')
    expect(text).toContain('lean_vault_key_spent_dollars{name="k",window="month"} 45.2\n')
    expect(text).toContain('lean_vault_key_read_timestamp_seconds{name="k"} 1767225600\n')
    expect(text).not.toContain('window="day"')
    expect(text).not.toContain('lean_vault_watch')
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) lean_vault_\w+ .+|lean_vault_\w+(\{(\w+="([^"\\\n]|\\.)*",?)+\})? -?[\d.e+-]+)$/)
  })

  it('are served to this machine, with the health of the watcher beside them', async () => {
    const vault = { list: () => async () => right([key]), usage: () => async () => right([usage]) }
    const started = await serveMetrics(vault, 0)()
    if (isLeft(started)) throw new Error(started.left.message)
    server = started.right
    const get = async (path: string, method = 'GET'): Promise<string> => {
      const answer = await fetch(`${started.right.url}${path}`, { method })
      return `${String(answer.status)} ${await answer.text()}`
    }
    expect(await get('/healthz')).toMatch(/^503 /)
    server.saw({ ...emptyReport('2026-01-01T00:00:00.000Z'), credit: 7 })
    expect(await get('/healthz')).toBe('200 ok\n')
    expect(await get('/metrics')).toMatch(/^200 [^]*lean_vault_account_credit_dollars 7\n/)
    server.saw({ ...emptyReport('2026-01-01T00:01:00.000Z'), state: 'failed' })
    expect(await get('/healthz')).toMatch(/^503 /)
    const text = await get('/metrics')
    expect(text).toContain('lean_vault_watch_passes_total 2\n')
    expect(text).toContain('lean_vault_watch_failures_total 1\n')
    expect(text).toContain('lean_vault_account_credit_dollars 7\n')
    expect(await get('/')).toMatch(/^404 /)
    expect(await get('/metrics', 'POST')).toMatch(/^405 /)
  })

  it('say when their port is taken', async () => {
    const vault = { list: () => async () => right([]), usage: () => async () => right([]) }
    const first = await serveMetrics(vault, 0)()
    if (!isRight(first)) throw new Error('not served')
    server = first.right
    const second = await serveMetrics(vault, Number(new URL(first.right.url).port))()
    expect(second).toMatchObject({ left: { _tag: 'PortUnavailable' } })
  })
})
