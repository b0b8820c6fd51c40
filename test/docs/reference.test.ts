import { readdirSync } from 'node:fs'

import { isRight } from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { commandPages } from '../../scripts/reference/command-page.js'
import type { Surroundings } from '../../src/adapters/composition/load-settings.js'
import { headFileOf } from '../../src/adapters/composition/unlock-log.js'
import { resolveSettings } from '../../src/adapters/config/index.js'
import { fileKeys, noFileSettings, variables } from '../../src/adapters/config/settings.js'
import { keyFilePath } from '../../src/adapters/key-file/key-file-path.js'
import type { VaultId } from '../../src/domain/shared/identifiers.js'
import { filesBelow, read, root } from '../architecture/project-files.js'
import { type Bench, makeBench } from '../cli/bench.js'
import { tableAfter } from './tables.js'

const pages = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...filesBelow('docs', '.md')]
const readme = read('README.md')

let bench: Bench
const manuals = new Map<string, string>()
beforeAll(async () => {
  bench = makeBench()
  for (const { words } of await commandPages()) manuals.set(words.join(' '), (await bench.run([...words, '--help'])).stdout)
})
afterAll(() => bench.dispose())

/** The exit codes that a page of help tells, with their meanings. */
const exitsIn = (manual: string | undefined): ReadonlyArray<readonly [code: string, meaning: string]> =>
  [...(manual ?? '').matchAll(/^ {2}(\d+(?:, \d+)*) {2,}(.+)$/gm)].map(([, code = '', meaning = '']) => [code, meaning])

describe('the exit codes in the README', () => {
  it('are those of the program, in its words', () => {
    const told = new Map([...exitsIn(manuals.get('')), ...exitsIn(manuals.get('exec'))])
    expect(told.size).toBeGreaterThan(10)
    const rows = tableAfter(readme, '## Exit codes')
    expect(new Map(rows.map((row) => [row['Code'], row['Meaning']]))).toEqual(told)
    expect(rows).toHaveLength(told.size)
  })
})

describe('the states in the README', () => {
  it('are those that the program knows', () => {
    const choices = /choices:([\s\S]*?)\)/.exec(manuals.get('list') ?? '')?.[1] ?? ''
    const known = [...choices.matchAll(/"([a-z-]+)"/g)].map(([, state]) => state)
    expect(known.length).toBeGreaterThan(4)
    expect(tableAfter(readme, '## The states of a key').map((row) => row['State'])).toEqual(known)
  })
})

/** The names of environment variables that the source asks for. */
const asked = (): ReadonlySet<string> => {
  const forms = [/\benv\['([A-Z_]+)'\]/g, /first\(env, '([A-Z_]+)'/g, /^const variable = '([A-Z_]+)'/gm, /'(LEAN_VAULT_[A-Z_]+)'/g]
  const texts = filesBelow('src', '.ts').map(read)
  return new Set(texts.flatMap((text) => forms.flatMap((form) => [...text.matchAll(form)].map(([, name = '']) => name))))
}

describe('the settings in the README', () => {
  const rows = tableAfter(readme, '`config set` changes one.')
  const others = tableAfter(readme, '| `LEAN_VAULT_SETTLE_MS`')

  it('are the settings that there are, each with its key in config.yaml', () => {
    const told = Object.fromEntries(rows.map((row) => [row['In config.yaml'] === '' ? 'home' : row['In config.yaml'], row['Variable']]))
    expect(told).toEqual(variables)
    expect(rows.map((row) => row['In config.yaml']).filter((key) => key !== '').sort()).toEqual([...fileKeys].sort())
  })

  it('have the defaults that they have', () => {
    const places = { workingFolder: '/w', userFolder: '/u' }
    const settings = resolveSettings({ given: {}, env: {}, file: noFileSettings('/u') }, places)
    if (!isRight(settings)) throw new Error('the defaults break a rule')
    const { home, baseUrl, httpTimeoutMs, retryBudgetMs, settleMs } = settings.right
    const rest = { baseUrl, httpTimeoutMs, retryBudgetMs, settleMs }
    const keyFile = keyFilePath({ XDG_CONFIG_HOME: '/x' }, '/u', '<vault>' as VaultId)
    const defaults = {
      LEAN_VAULT_HOME: home.value.replace('/u', '~'),
      LEAN_VAULT_MASTER_KEY_FILE: keyFile.replace('/x', '$XDG_CONFIG_HOME'),
      LEAN_VAULT_HEAD: headFileOf({ settings: settings.right } as Surroundings, '<vault>' as VaultId, keyFile).replace('/x', '$XDG_CONFIG_HOME'),
      ...Object.fromEntries(Object.entries(rest).map(([key, { value }]) => [variables[key as keyof typeof rest], String(value)])),
    }
    expect(Object.fromEntries(rows.map((row) => [row['Variable'], row['Default']]))).toEqual(defaults)
  })

  it('and the other variables are all that the source asks for', () => {
    const told = [...rows, ...others].map((row) => row['Variable'] ?? '')
    const settings = new Set<string>(Object.values(variables))
    expect(others.map((row) => row['Variable']).sort()).toEqual([...asked()].filter((name) => !settings.has(name)).sort())
    expect(new Set(told).size).toBe(told.length)
  })
})

interface Told {
  readonly page: string
  readonly line: string
}

/** Command lines in a page: those in its shell blocks, and those in code within its text. */
const commandLines = (page: string): ReadonlyArray<Told> => {
  const text = read(page)
  const blocks = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.split('\n'))
  const inline = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\n', ' '))
  return [...blocks, ...inline].flatMap((line) => line.split(/&&|\||#/)).map((line) => ({ page, line: line.trim() }))
}

const lines = pages.filter((page) => page !== 'CHANGELOG.md').flatMap(commandLines)

const manualOf = (line: string): string | undefined => {
  const [, first = '', second = '', third = ''] = /^lean-vault ([a-z][a-z-]*)?(?: ([a-z-]+))?(?: ([a-z-]+))?/.exec(line) ?? []
  return manuals.get(`${first} ${second} ${third}`) ?? manuals.get(`${first} ${second}`) ?? manuals.get(first)
}

const flagsOf = (line: string): ReadonlyArray<string> => [...(line.split(' -- ')[0] ?? '').matchAll(/(?<= )--[a-z-]+/g)].map(([flag]) => flag)

const knows = (manual: string, flag: string): boolean => flag === '--help' || new RegExp(`^ +(-\\w, )?${flag}\\b`, 'm').test(manual)

describe('a command in the documents', () => {
  const ours = lines.filter(({ line }) => line.startsWith('lean-vault '))

  it('is one that --help knows, with flags that it takes', () => {
    const wrong = ours.filter(({ line }) => {
      const manual = line.startsWith('lean-vault <command>') ? manuals.get('') : manualOf(line)
      return manual === undefined || flagsOf(line).some((flag) => !knows(manual, flag))
    })
    expect(ours.length).toBeGreaterThan(15)
    expect(wrong).toEqual([])
  })

  it('would be noticed if it were not', () => {
    expect(manualOf('lean-vault frobnicate x')).toBeUndefined()
    expect(knows(manuals.get('remove') ?? '', '--prune')).toBe(false)
  })

  it('of npm runs a script that there is', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    const run = lines.flatMap(({ line }) => [...line.matchAll(/npm (?:run ([a-z:-]+)|(test))\b/g)].map(([, script, name]) => script ?? name ?? ''))
    expect(run).toContain('demo')
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([])
  })

  it('and a flag by itself is one of some command', () => {
    const all = [...manuals.values()].join('\n')
    const alone = lines.flatMap(({ line }) => (/^--[a-z]/.test(line) ? flagsOf(` ${line}`) : []))
    expect(alone.length).toBeGreaterThan(5)
    expect(alone.filter((flag) => !knows(all, flag))).toEqual([])
  })
})

describe('a test that a page names', () => {
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/`(test\/[\w/.-]+\.ts)`,\s+"([^"]+)"/g)].map(
      ([, file = '', title = '']) => [page, file, title.replace(/\s+/g, ' ')] as const,
    ),
  )

  it.each(named)('%s: %s, "%s"', (_page, file, title) => {
    expect(filesBelow('test', '.ts')).toContain(file)
    expect(read(file).replaceAll("\\'", "'")).toContain(title)
  })

  it('is there at all', () => expect(named.length).toBeGreaterThan(20))
})

describe('a file that a page names', () => {
  it.each(pages)('in %s is there', (page) => {
    const files = new Set(['src', 'test', 'scripts', 'docs', 'schema'].flatMap((folder) => filesBelow(folder, '')))
    const told = [...read(page).matchAll(/`((?:src|test|scripts|docs|schema)\/[\w./-]+\.\w+)`/g)].map(([, file = '']) => file)
    expect(told.filter((file) => !files.has(file))).toEqual([])
  })
})

describe('no page', () => {
  it('names the machine that it was written on', () => {
    expect(pages.filter((page) => /\/(work|tmp|root|home\/\w+)\/|localhost:\d/.test(read(page)))).toEqual([])
  })
})
