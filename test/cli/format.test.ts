import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { limit, money } from '../../src/cli/format/money.js'
import { fullTime, relativeTime } from '../../src/cli/format/relative-time.js'
import { facts, table } from '../../src/cli/format/table.js'

describe('money', () => {
  it.each([
    [0, '$0.00'],
    [100, '$100.00'],
    [12.5, '$12.50'],
    [0.0000000375, '$0.0000000375'],
    [1234567.891, '$1234567.891'],
    [45.2, '$45.20'],
  ])('%d is %s', (dollars, text) => expect(money(dollars)).toBe(text))

  it('that is unknown is said to be, and never looks like zero', () => {
    expect(money(null)).toBe('unknown')
    expect(limit(null)).toBe('none')
    expect(limit(0)).toBe('$0.00')
  })

  it('has the digits that it needs to be true', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 15 }), (millionths) => {
        const dollars = millionths / 1_000_000
        expect(Number(money(dollars).slice(1))).toBe(dollars)
      }),
    )
  })
})

describe('relative time', () => {
  const now = Date.parse('2026-01-15T12:00:00Z')
  it.each([
    ['2026-01-15T12:00:00.000Z', 'just now'],
    ['2026-01-15T11:59:59.000Z', '1 second ago'],
    ['2026-01-15T11:58:31.000Z', '1 minute ago'],
    ['2026-01-15T10:00:00.000Z', '2 hours ago'],
    ['2026-01-12T11:00:00.000Z', '3 days ago'],
    ['2025-12-01T12:00:00.000Z', '1 month ago'],
    ['2024-01-15T12:00:00.000Z', '2 years ago'],
    ['2026-01-15T12:30:00.000Z', 'in 30 minutes'],
    ['2026-04-15T12:00:00.000Z', 'in 3 months'],
  ])('%s is %s', (iso, text) => expect(relativeTime(iso, now)).toBe(text))

  it('comes after the time itself', () => {
    expect(fullTime('2026-01-15T10:00:00.123Z', now)).toBe('2026-01-15T10:00:00Z (2 hours ago)')
  })
})

describe('a table', () => {
  const columns = [{ title: 'NAME', mayShrink: true }, { title: 'STATE' }, { title: 'TAGS', mayShrink: true }]

  it('is aligned, without spaces at the end of a line', () => {
    expect(table(columns, [['a', 'active', ''], ['long-name', 'suspended', 'x=y']], null)).toBe(
      'NAME       STATE      TAGS\na          active\nlong-name  suspended  x=y\n',
    )
  })

  it('fits the terminal by cutting what may be cut', () => {
    const text = table(columns, [['n'.repeat(40), 'revocation-outstanding', 't'.repeat(40)]], 60)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60)
    expect(text).toContain('revocation-outstanding')
    expect(text).toContain('…')
  })

  it('never cuts where there is no terminal', () => {
    expect(table(columns, [['n'.repeat(400), 'active', '']], null)).toContain('n'.repeat(400))
  })

  it('gives up shrinking rather than never ending', () => {
    expect(table(columns, [['n'.repeat(40), 'active', 't']], 1).split('\n')).toHaveLength(3)
  })

  it('lets no text move the cursor', () => {
    const text = table(columns, [['a\u001b[2Jb\nc', 'x\r', '\u009b1m']], null) + facts([['Label', 'x\u001b]0;y\u0007']])
    // Line ends are ours; every other control character would be theirs.
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(text.split('\n')).toHaveLength(4)
  })
})
