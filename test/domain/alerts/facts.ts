import type { AccountFacts, KeyFacts, WindowFacts } from '../../../src/domain/alerts/facts.js'
import type { KeyName } from '../../../src/domain/shared/identifiers.js'
import { lineageOf } from '../../../src/domain/shared/identifiers.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'

export const minute = 60_000
export const hour = 60 * minute
export const dayLength = 24 * hour

/** 2026-11-10T12:00:00Z */
export const noon = Date.UTC(2026, 10, 10, 12) as Instant

export const dollars = (amount: number): Picodollars => BigInt(Math.round(amount * 1e6)) * 1_000_000n as Picodollars
export const at = (milliseconds: number): Instant => milliseconds as Instant

export const window = (more: Partial<WindowFacts> = {}): WindowFacts => ({
  window: 'month',
  start: at(Date.UTC(2026, 10, 1)),
  used: dollars(1),
  readAt: at(noon - 3 * minute),
  limit: dollars(25),
  revision: 1,
  forecast: null,
  ...more,
})

const name = 'ci-bot' as KeyName

export const key = (more: Partial<KeyFacts> = {}): KeyFacts => ({
  name,
  lineage: lineageOf(name, 1),
  tags: {},
  windows: [window()],
  readings: [],
  readAt: at(noon - 3 * minute),
  freshFor: null,
  contained: null,
  debt: null,
  drift: null,
  boundBroken: null,
  expiresAt: null,
  rotationDue: null,
  thresholds: null,
  ...more,
})

export const account = (more: Partial<AccountFacts> = {}): AccountFacts => ({
  credit: null,
  creditReadAt: null,
  unheld: null,
  auditFailure: null,
  ...more,
})
