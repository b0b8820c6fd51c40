import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { filesBelow, read, root } from './project-files.js'

const pages = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...filesBelow('docs', '.md')]

/** A page's text without the code in it, where brackets mean something else. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '`')

const linksIn = (text: string): ReadonlyArray<string> =>
  [...prose(text).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].flatMap(([, target]) => (target === undefined ? [] : [target]))

const isInternal = (target: string): boolean => !/^[a-z][a-z+.-]*:/i.test(target)

/** The anchor that code hosts give to a heading. */
const slug = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replace(/ /g, '-')

const anchorsOf = (text: string): ReadonlyArray<string> =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => slug(heading ?? ''))

const isBroken = (page: string, target: string): boolean => {
  const [path = '', anchor = ''] = target.split('#')
  const file = path === '' ? page : join(dirname(page), decodeURI(path))
  if (!existsSync(join(root, file))) return true
  return anchor !== '' && file.endsWith('.md') && !anchorsOf(read(file)).includes(anchor)
}

describe('the links in the documents', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    const internal = linksIn(read(page)).filter(isInternal)
    expect(internal.filter((target) => isBroken(page, target))).toEqual([])
  })

  it('are told from those that lead nowhere', () => {
    expect(linksIn('See [a](docs/missing.md) and `[b](c.md)`.')).toEqual(['docs/missing.md'])
    expect(isBroken('CHANGELOG.md', 'docs/missing.md')).toBe(true)
    expect(isBroken('CHANGELOG.md', '#no-such-heading')).toBe(true)
    expect(isBroken('CHANGELOG.md', '#unreleased')).toBe(false)
  })
})

const records = filesBelow('docs/adr', '.md').filter((path) => basename(path) !== 'README.md')

/** The part of a decision record that names what enforces it. */
const confirmation = (text: string): string => /^#+ Confirmation\s*\n([\s\S]*?)(?=^#|(?![\s\S]))/m.exec(text)?.[1] ?? ''

const testsNamedIn = (text: string): ReadonlyArray<string> => [...text.matchAll(/\btest\/[\w./-]+\.ts\b/g)].map(([path]) => path)

describe('the decision records', () => {
  it('are there', () => {
    expect(records.length).toBeGreaterThan(0)
  })

  it('are numbered from 0001 without a gap', () => {
    expect(records.map((path) => basename(path).slice(0, 5))).toEqual(
      records.map((_path, index) => `${String(index + 1).padStart(4, '0')}-`),
    )
  })

  it.each(records)('%s names, under "Confirmation", tests that exist', (path) => {
    const named = testsNamedIn(confirmation(read(path)))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('are found wanting without such a section', () => {
    expect(testsNamedIn(confirmation('# A\n\n## Confirmation\n\n`test/a.test.ts`\n\n## More\n\ntest/b.test.ts'))).toEqual([
      'test/a.test.ts',
    ])
    expect(testsNamedIn(confirmation('# A\n\nSee test/a.test.ts.'))).toEqual([])
  })
})
