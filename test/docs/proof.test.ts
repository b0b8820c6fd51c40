import { describe, expect, it } from 'vitest'

import { judge, type Witnesses } from '../../src/domain/key/proof.js'
import { read } from '../architecture/project-files.js'
import { tableAfter } from './tables.js'

const every: ReadonlyArray<Witnesses> = [true, false].flatMap((account) =>
  (['lacks-it', 'partial', 'has-it'] as const).flatMap((listing) =>
    (['absent', 'present'] as const).flatMap((byHash) =>
      (['held-key', 'listed-key', 'earlier-read', 'none', 'missing'] as const).flatMap((canary) =>
        (['refused', 'accepted', 'unknown', 'not-held'] as const).map((secret) => ({ account, listing, byHash, canary, secret })),
      ),
    ),
  ),
)

/** One condition of the table, `field is value` or `field is not value`; "is" may be left out where the value begins with has. */
const holds = (condition: string, witnesses: Witnesses): boolean => {
  const [, field = '', not, value] = /^(\w+) (?:is )?(not )?([\w-]+)$/.exec(condition.trim()) ?? []
  if (!(field in witnesses)) throw new Error(`the table has a condition that is none: ${condition}`)
  return (String(witnesses[field as keyof Witnesses]) === value) === (not === undefined)
}

const fits = (text: string, witnesses: Witnesses): boolean => {
  if (text === 'otherwise') return true
  if (text.includes(', or ')) return text.split(', or ').some((condition) => holds(condition, witnesses))
  return text.split(', and ').every((condition) => holds(condition, witnesses))
}

const told = (witnesses: Witnesses): string => {
  const verdict = judge(witnesses)
  switch (verdict._tag) {
    case 'Gone':
      return `gone, ${verdict.proof.strength}`
    case 'Alive':
      return 'it lives: contain again'
    case 'Inconclusive':
      return 'nothing is proven'
  }
}

describe('the table of judgements in docs/removal.md', () => {
  const rows = tableAfter(read('docs/removal.md'), '<!-- judged -->')

  it('is what the domain judges, for all that can be seen', () => {
    const wrong = every.filter((witnesses) => rows.find((row) => fits(row['If'] ?? '', witnesses))?.['Then'] !== told(witnesses))
    expect(wrong).toEqual([])
  })

  it('has no row that never decides', () => {
    const deciding = new Set(every.map((witnesses) => rows.findIndex((row) => fits(row['If'] ?? '', witnesses))))
    expect(deciding.size).toBe(rows.length)
  })
})
