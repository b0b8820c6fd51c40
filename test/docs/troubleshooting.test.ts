import { describe, expect, it } from 'vitest'

import { read } from '../architecture/project-files.js'

const tagsIn = (file: string): ReadonlyArray<string> => [...read(file).matchAll(/_tag: '([A-Z]\w+)'/g)].map(([, tag = '']) => tag)

const known = [...tagsIn('src/application/errors.ts'), ...tagsIn('src/cli/cli-error.ts'), 'NodeTooOld']

const rows = [...read('docs/troubleshooting.md').matchAll(/^\| `(\w+)` \| (.+) \| (.+) \|$/gm)].map(([, tag = '', means = '', todo = '']) => ({ tag, means, todo }))

describe('docs/troubleshooting.md', () => {
  it('has one row for every error tag, and none besides', () => {
    expect(known.length).toBeGreaterThan(30)
    expect(rows.map(({ tag }) => tag).sort()).toEqual([...new Set(known)].sort())
  })

  it('says of each what it means and what to do', () => {
    expect(rows.filter(({ means, todo }) => means.length < 5 || todo.length < 5)).toEqual([])
  })

  it('names each reason for which a vault cannot be opened', () => {
    const reasons = [...read('src/cli/vault-problem.ts').matchAll(/^ {2}'?([a-z-]+)'?: \{ ?what|^ {2}'([a-z-]+)': \{$/gm)].map(([, one, other]) => one ?? other ?? '')
    const row = rows.find(({ tag }) => tag === 'VaultUnavailable')?.means ?? ''
    expect(reasons.length).toBeGreaterThan(8)
    expect(reasons.filter((reason) => !row.includes(reason))).toEqual([])
  })
})
