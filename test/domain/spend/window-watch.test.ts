import { describe, expect, it } from 'vitest'

import type { Instant, Millis } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { newborn, observed, type SpendState } from '../../../src/domain/spend/spend-state.js'
import { windowVerdict, type WindowVerdict } from '../../../src/domain/spend/window-watch.js'

const at = (text: string): Instant => Date.parse(text) as Instant
const money = (amount: number): Picodollars => BigInt(amount) as Picodollars
const cap = { window: 'day', limit: money(100) } as const
const lag = 60_000 as Millis

const reading = (when: string, total: number, day: number): Parameters<typeof observed>[1] => ({
  at: at(when),
  total: money(total),
  day: money(day),
  week: money(total),
  month: money(total),
})

const read = (...readings: ReadonlyArray<Parameters<typeof observed>[1]>): SpendState => readings.reduce(observed, newborn(at('2026-03-01T00:00:00Z')))

const verdict = (state: SpendState | null, now: string, contained: boolean, watched: typeof cap | null = cap): WindowVerdict =>
  windowVerdict({ cap: watched, state, contained, now: at(now), lag })

const spent = read(reading('2026-03-02T12:00:00Z', 120, 120))
const under = read(reading('2026-03-02T12:00:00Z', 99, 99))

describe('the verdict about a watched window', () => {
  it('contains a key whose window is spent, to the last unit, and once', () => {
    expect(verdict(spent, '2026-03-02T12:00:10Z', false)).toBe('contain')
    expect(verdict(spent, '2026-03-02T12:00:10Z', true)).toBeNull()
    expect(verdict(read(reading('2026-03-02T12:00:00Z', 100, 100)), '2026-03-02T12:00:10Z', false)).toBe('contain')
    expect(verdict(under, '2026-03-02T12:00:10Z', false)).toBeNull()
  })

  it('does nothing after a turn until something was read of the new window', () => {
    expect(verdict(spent, '2026-03-03T00:00:01Z', true)).toBeNull()
    expect(verdict(spent, '2026-03-03T00:00:01Z', false)).toBeNull()
  })

  it('lifts after the turn, also by a reading that still shows yesterday: its total did not rise', () => {
    const stale = observed(spent, reading('2026-03-03T00:00:20Z', 120, 120))
    expect(verdict(stale, '2026-03-03T00:00:21Z', true)).toBe('lift')
    expect(verdict(stale, '2026-03-03T00:00:21Z', false)).toBeNull()
    expect(verdict(observed(spent, reading('2026-03-03T00:05:00Z', 120, 0)), '2026-03-03T00:05:01Z', true)).toBe('lift')
  })

  it('counts what rose across the turn for the new window too, until its counter is surely of this one', () => {
    const across = observed(under, reading('2026-03-03T00:00:20Z', 220, 121))
    expect(verdict(across, '2026-03-03T00:00:21Z', false)).toBe('contain')
    const late = observed(across, reading('2026-03-03T00:05:00Z', 220, 20))
    expect(verdict(late, '2026-03-03T00:05:01Z', true)).toBe('lift')
  })

  it('lifts where nothing is watched any more, and where the limit was raised', () => {
    expect(verdict(spent, '2026-03-02T12:00:10Z', true, null)).toBe('lift')
    expect(verdict(spent, '2026-03-02T12:00:10Z', false, null)).toBeNull()
    expect(windowVerdict({ cap: { window: 'day', limit: money(500) }, state: spent, contained: true, now: at('2026-03-02T12:00:10Z'), lag })).toBe('lift')
  })

  it('does nothing where nothing was ever read', () => {
    expect(verdict(null, '2026-03-02T12:00:10Z', false)).toBeNull()
    expect(verdict(null, '2026-03-02T12:00:10Z', true)).toBeNull()
  })
})
