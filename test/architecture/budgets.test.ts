import { basename } from 'node:path'

import { describe, expect, it } from 'vitest'

import { filesBelow, read } from './project-files.js'

const linesOf = (file: string): number => read(file).split('\n').length - 1

const longer = (files: ReadonlyArray<string>, most: number): ReadonlyArray<string> =>
  files.filter((file) => linesOf(file) > most).map((file) => `${file}: ${linesOf(file)} lines`)

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|d))?\.(ts|mts|mjs)$/

describe('the size of files', () => {
  const src = filesBelow('src', '.ts')

  it('is at most 200 lines in src, and half of them fit on a screen', () => {
    expect(longer(src, 200)).toEqual([])
    const median = src.map(linesOf).sort((a, b) => a - b)[Math.floor(src.length / 2)]
    expect(median).toBeLessThanOrEqual(80)
  })

  it('is at most 400 lines in test and scripts', () => {
    expect(longer([...filesBelow('test', '.ts'), ...filesBelow('scripts', '.ts', '.mjs')], 400)).toEqual([])
  })
})

describe('the names of files', () => {
  const named = [...filesBelow('src', '.ts'), ...filesBelow('test', '.ts'), ...filesBelow('scripts', '.ts', '.mjs')]

  it('are in kebab-case', () => {
    expect(named.filter((file) => !kebab.test(basename(file)))).toEqual([])
  })

  it('say what is inside', () => {
    expect(named.filter((file) => /^(utils?|helpers?|common|misc)\./.test(basename(file)))).toEqual([])
  })
})

const files = filesBelow('test', '.ts').filter((file) => file !== 'test/architecture/budgets.test.ts')

describe('the tests', () => {
  it('are all run', () => {
    expect(files.filter((file) => /\.(only|todo|fails)\(/.test(read(file)))).toEqual([])
  })

  it('skip only what LEAN_VAULT_REQUIRE_ALL=1 makes a failure', () => {
    const skipping = files.filter((file) => /\.(skip|skipIf|runIf)\(/.test(read(file)))
    expect(skipping.filter((file) => !read(file).includes('LEAN_VAULT_REQUIRE_ALL'))).toEqual([])
  })
})
