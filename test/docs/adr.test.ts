import { basename } from 'node:path'

import { describe, expect, it } from 'vitest'

import { filesBelow, read } from '../architecture/project-files.js'

const records = filesBelow('docs/adr', '.md').filter((path) => basename(path) !== 'README.md')
const wanted = ['Context', 'Options', 'Outcome', 'Consequences', 'Confirmation']

const sections = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^## (.+)\n([\s\S]*?)(?=^## |(?![\s\S]))/gm)].map(([, title = '', body = '']) => [title, body.trim()]))

const titleOf = (text: string): string => /^# \d{4}\. (.+)$/m.exec(text)?.[1] ?? ''

/** Sentences end with a full stop or a question mark, and the next begins with a capital, a quotation mark or code. */
const sentences = (text: string): ReadonlyArray<string> => text.replaceAll('\n', ' ').split(/(?<=[.?]) (?=[A-Z"`[])/)

describe.each(records)('%s', (path) => {
  const text = read(path)

  it('has its sections in order, and a status', () => {
    expect([...sections(text).keys()]).toEqual(wanted)
    expect(text).toMatch(/^Status: (accepted|superseded by \[\d{4}\]\(.+\))$/m)
  })

  it('asks one question in three sentences', () => {
    const context = sentences(sections(text).get('Context') ?? '')
    expect(context).toHaveLength(3)
    expect(context.at(-1)).toMatch(/\?$/)
  })

  it('weighs at least two options, and tells the good and the bad', () => {
    expect((sections(text).get('Options') ?? '').match(/^- /gm)?.length).toBeGreaterThan(1)
    expect(sections(text).get('Consequences')).toMatch(/^Good:\n\n- [\s\S]+\n\nBad:\n\n- /)
  })

  it('fits on a screen', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(60)
  })

  it('is in the index, by its title', () => {
    expect(read('docs/adr/README.md')).toContain(`](${basename(path)}) | ${titleOf(text)} |`)
  })
})
