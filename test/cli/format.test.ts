import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { facts } from '../../src/cli/format/facts.js'
import { limit, money } from '../../src/cli/format/money.js'
import { fullTime, relativeTime } from '../../src/cli/format/relative-time.js'
import { forTerminal } from '../../src/cli/format/wrap.js'
import { table } from '../../src/cli/format/table.js'

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

  it('leaves out what may be left out before it cuts names to nothing', () => {
    const wide = [{ title: 'NAME', mayShrink: true, atLeast: 12 }, { title: 'STATE' }, { title: 'AGE', leftOut: 1 }]
    expect(table(wide, [['n'.repeat(20), 'active', '3 weeks ago']], 24)).toBe(`NAME              STATE\n${'n'.repeat(15)}…  active\n`)
  })

  it('becomes a paragraph a row where the terminal is too narrow for columns', () => {
    expect(table(columns, [['first', 'revocation-outstanding', ''], ['second', 'active', 'x=y']], 24)).toBe(
      'first\n  STATE  revocation-out…\n\nsecond\n  STATE  active\n  TAGS   x=y\n',
    )
  })

  it('is never wider than the terminal, whatever is in it', () => {
    const cell = fc.string({ maxLength: 60 })
    const row = fc.tuple(cell, cell, cell).map((cells) => [...cells])
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 120 }), (rows, width) => {
        for (const line of table(columns, rows, width).split('\n')) expect(line.length).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('lets no text move the cursor', () => {
    const text = table(columns, [['a\u001b[2Jb\nc', 'x\r', '\u009b1m']], null) + facts([['Label', 'x\u001b]0;y\u0007']])
    // Line ends are ours; every other control character would be theirs.
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(text.split('\n')).toHaveLength(4)
  })
})

describe('facts', () => {
  it('wrap their values below each other in a narrow terminal', () => {
    expect(facts([['Read', 'a while ago, it seems'], ['By', 'x']], 20)).toBe('Read: a while ago,\n      it seems\nBy:   x\n')
  })
})

describe('sentences at a terminal', () => {
  it('end their lines between words, and those that follow stand in below the text', () => {
    const text = 'PROBLEM  disk: there is no room left here\n         -> make some room there\nshort\none two three four five six seven\n'
    expect(forTerminal(text, { columns: 24 })).toBe(
      ['PROBLEM  disk: there is', '         no room left', '         here', '         -> make some', '            room there', 'short', 'one two three four five', 'six seven', ''].join('\n'),
    )
  })

  it('are as they are where there is none', () => {
    const text = 'a b c d e f g'
    expect(forTerminal(text, { columns: null })).toBe(text)
  })

  it('lose no word and are no wider, however wide the terminal is', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 30 }), fc.integer({ min: 20, max: 90 }), (words, columns) => {
        const lines = forTerminal(`ok       ${words.join(' ')}`, { columns }).split('\n')
        expect(lines.every((line) => line.length <= columns)).toBe(true)
        expect(lines.join(' ').split(/ +/)).toEqual(['ok', ...words])
      }),
    )
  })
})
