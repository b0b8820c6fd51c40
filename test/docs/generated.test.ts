import { beforeAll, describe, expect, it } from 'vitest'

import { cliPage } from '../../scripts/reference/cli-page.js'
import { type CommandPage, commandPages } from '../../scripts/reference/command-page.js'
import { type ManPage, manPages } from '../../scripts/reference/man-pages.js'
import { manifestText } from '../../scripts/reference/manifest.js'
import { read } from '../architecture/project-files.js'
import { makeBench } from '../cli/bench.js'

const outOfDate = 'out of date: run "npm run docs" and read what it changed'

let pages: ReadonlyArray<CommandPage>
let manual: ReadonlyArray<ManPage>
beforeAll(async () => {
  pages = await commandPages()
  manual = await manPages('0.0.0')
})

describe('what is made of the commands', () => {
  it('docs/cli.md is as they are now (npm run docs)', async () => {
    expect(read('docs/cli.md'), outOfDate).toBe(await cliPage())
  })

  it('package.json lists a manual page for each (npm run docs)', async () => {
    expect(read('package.json'), outOfDate).toBe(await manifestText())
  })

  it('has examples and exit codes for every command, and a meaning for every flag', () => {
    const poor = pages.filter(({ words, examples, exits, options }) => words.length > 0 && (examples.length === 0 || exits.length === 0 || options.some(({ text }) => text === '')))
    expect(pages.length).toBeGreaterThan(40)
    expect(poor.map(({ words }) => words.join(' '))).toEqual([])
  })
})

describe('a manual page', () => {
  it('names its command and has the sections that man(7) asks for', () => {
    for (const { file, text } of manual) {
      expect(text.startsWith(`.TH "${file.replace(/\.1$/, '').toUpperCase()}" 1 `), file).toBe(true)
      for (const section of ['NAME', 'SYNOPSIS', 'EXIT STATUS', 'SEE ALSO']) expect(text, file).toContain(`\n.SH ${section}\n`)
    }
  })

  it('has no line that man would take for a request it does not know', () => {
    const requests = manual.flatMap(({ text }) => text.split('\n').filter((line) => /^[.']/.test(line) && !/^\.(TH|SH|PP|TP|B|RS|RE|nf|fi)( |$)/.test(line)))
    expect(requests).toEqual([])
  })

  it('tells every flag of every command', () => {
    const all = manual.map(({ text }) => text).join('\n').replaceAll('\\-', '-')
    const flags = pages.flatMap(({ options }) => options.map(({ term }) => term))
    expect(flags.filter((flag) => !all.includes(flag))).toEqual([])
  })

  it('is short, and so are all of them together', () => {
    const sizes = manual.map(({ text }) => text.length)
    expect(Math.max(...sizes)).toBeLessThan(16_000)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000)
  })
})

describe('the help at 80 columns', () => {
  it('has no line that is longer, whatever the command', async () => {
    const bench = makeBench()
    const long: Array<string> = []
    for (const { words } of pages) {
      const { stdout, exit } = await bench.run([...words, '--help'], { columns: 80 })
      expect(exit).toBe(0)
      long.push(...stdout.split('\n').flatMap((line) => (line.length > 80 ? [`${words.join(' ')}: ${line}`] : [])))
    }
    bench.dispose()
    expect(long).toEqual([])
  })
})
