import { beforeAll, describe, expect, it } from 'vitest'

import { apiPage, declarationsIn } from '../../scripts/reference/api-page.js'
import { type ApiEntry, publicApi } from '../../scripts/reference/public-api.js'
import { read } from './project-files.js'

let entries: ReadonlyArray<ApiEntry> = []
beforeAll(() => {
  entries = publicApi()
}, 120_000)

interface Changes {
  readonly removed: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
  readonly added: ReadonlyArray<string>
}

const changesOf = (before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): Changes => ({
  removed: [...before.keys()].filter((name) => !now.has(name)),
  changed: [...before].filter(([name, text]) => now.has(name) && now.get(name) !== text).map(([name]) => name),
  added: [...now.keys()].filter((name) => !before.has(name)),
})

const unchanged: Changes = { removed: [], changed: [], added: [] }

const onPurpose =
  'the public API is another one than docs/api.md tells. If that is meant: "npm run docs", a line in CHANGELOG.md, and docs/versioning.md says what it means for the version'

describe('what the library exports', () => {
  it('is documented, every name of it', () => {
    expect(entries.length).toBeGreaterThan(100)
    expect(entries.filter(({ text }) => text === '').map(({ module, name }) => `${name} of ${module}`)).toEqual([])
  })

  it('has no default export', () => {
    expect(entries.filter(({ name }) => name === 'default')).toEqual([])
  })

  it('is what docs/api.md tells, so that it changes on purpose only (npm run docs)', () => {
    const page = read('docs/api.md')
    expect(changesOf(declarationsIn(page), declarationsIn(apiPage(entries))), onPurpose).toEqual(unchanged)
    expect(page, 'a comment is another one than docs/api.md tells: "npm run docs"').toBe(apiPage(entries))
  })

  it('would be found changed if a field, a function or an export were', () => {
    const page = declarationsIn(apiPage(entries))
    expect(page.size).toBe(entries.length)
    const [dropped = '', altered = ''] = page.keys()
    const tampered = new Map([...page].filter(([name]) => name !== dropped).map(([name, text]) => [name, name === altered ? `${text} | null` : text]))
    expect(changesOf(page, tampered)).toEqual({ removed: [dropped], changed: [altered], added: [] })
    expect(changesOf(tampered, page)).toEqual({ removed: [], changed: [altered], added: [dropped] })
  })
})
