import { describe, expect, it } from 'vitest'

import { read } from '../architecture/project-files.js'
import { tableAfter } from './tables.js'

/** The members of a union of texts in a source file. */
const membersOf = (file: string, union: string): ReadonlyArray<string> => {
  const [, members = ''] = new RegExp(`export type ${union} =([\\s\\S]*?)\\n(?:\\n|$)`).exec(read(file)) ?? []
  return [...members.matchAll(/'([a-z-]+)'/g)].map(([, member = '']) => member)
}

const wordsIn = (heading: string, column: string): ReadonlyArray<string> =>
  tableAfter(read('docs/operations.md'), heading).map((row) => (row[column] ?? '').replaceAll('`', ''))

describe('docs/operations.md', () => {
  it('tells every reason for which a key is contained', () => {
    const reasons = membersOf('src/domain/key/spec.ts', 'ContainmentReason')
    expect(reasons.length).toBeGreaterThan(3)
    expect([...wordsIn('### Contained for', 'Reason')].sort()).toEqual([...reasons].sort())
  })

  it('tells all work that can be pending', () => {
    const pending = membersOf('src/domain/key/view.ts', 'PendingWork')
    expect(pending.length).toBeGreaterThan(10)
    expect([...wordsIn('### Pending', 'Pending')].sort()).toEqual([...pending].sort())
  })
})
