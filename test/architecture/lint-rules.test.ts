import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { ESLint } from 'eslint'
import { beforeAll, describe, expect, it } from 'vitest'

import { root } from './project-files.js'

/** Modules that exist, so that types are known, in whose place the lines below are linted. */
const application = 'src/application/secret.ts'
const adapter = 'src/adapters/memory-log/memory-log.ts'
const test = 'test/architecture/budgets.test.ts'

const prelude = `import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
export type One = 'one' | 'two'
export const next = (n: number): number => n + 1
export const save = (n: number): TE.TaskEither<string, number> => TE.of(pipe(n, next))
`

interface Line {
  readonly what: string
  readonly at: string
  /** One line of a module. `$` stands for a name that no other line has. */
  readonly text: string
  /** The rule that the line breaks; null when it breaks none. */
  readonly rule: string | null
}

const breaks = (rule: string, what: string, at: string, text: string): Line => ({ what, at, text, rule })
const passes = (what: string, at: string, text: string): Line => ({ what, at, text, rule: null })

const lines: ReadonlyArray<Line> = [
  breaks('lean-vault/no-unrun-task', 'a TaskEither that nobody runs', application, 'export const $ = (): void => { save(1) }'),
  breaks('lean-vault/no-unrun-task', 'such a one that is made void', adapter, 'export const $ = (): void => { void save(1) }'),
  breaks('lean-vault/no-unrun-task', 'such a one in a test', test, 'save(1)'),
  passes('a task that is run', adapter, 'export const $ = async (): Promise<void> => { await save(1)() }'),
  breaks('@typescript-eslint/await-thenable', 'a TaskEither awaited instead of run', test, 'await save(1)'),
  breaks('@typescript-eslint/no-floating-promises', 'a promise that nobody awaits', adapter, 'export const $ = (): void => { Promise.resolve(1) }'),
  breaks('functional/no-expression-statements', 'an answer that nobody reads', application, 'export const $ = (): void => { next(1) }'),
  passes('a collection of its own that is filled', application, 'export const $ = (to: Set<number>): void => { to.add(1) }'),
  breaks('no-restricted-syntax', 'a pipe of seven steps', adapter, 'export const $ = pipe(1, next, next, next, next, next, next, next)'),
  passes('a pipe of six steps', adapter, 'export const $ = pipe(1, next, next, next, next, next, next)'),
  breaks('no-restricted-syntax', 'three pipes in one another', adapter, 'export const $ = pipe(1, (b) => pipe(b, (c) => pipe(c, next)))'),
  passes('a pipe in a pipe', adapter, 'export const $ = pipe(1, (b) => pipe(b, next))'),
  breaks(
    '@typescript-eslint/switch-exhaustiveness-check',
    'a default that hides a case',
    adapter,
    "export const $ = (one: One): number => { switch (one) { case 'one': return 1; default: return 2 } }",
  ),
  breaks('no-restricted-imports', 'an import of fp-ts that crashes in Node', adapter, "export { left } from 'fp-ts/Either'"),
  breaks('no-restricted-imports', 'an import of io-ts that does', adapter, "export { failure } from 'io-ts/PathReporter'"),
  breaks('no-restricted-imports', 'a report that shows the offending value', adapter, "export { failure } from 'io-ts/lib/PathReporter.js'"),
  breaks('no-restricted-imports', 'the barrel of fp-ts', adapter, "export { either } from 'fp-ts'"),
  passes('an import from lib', adapter, "export { right } from 'fp-ts/lib/Either.js'"),
  breaks('no-restricted-syntax', 'a throw in the application', application, "export const $ = (): never => { throw new Error('no') }"),
  breaks('no-restricted-syntax', 'a clock of its own', application, 'export const $ = (): number => Date.now()'),
  breaks('no-restricted-syntax', 'the time of day', application, 'export const $ = (): Date => new Date()'),
  passes('a date made of a known instant', application, 'export const $ = (at: number): Date => new Date(at)'),
  breaks('no-restricted-syntax', 'chance of its own', application, 'export const $ = (): number => Math.random()'),
  breaks('no-restricted-globals', 'the environment', application, 'export const $ = process.env'),
  breaks('no-restricted-syntax', 'a class', adapter, 'export class $ { readonly one = 1 }'),
  breaks('@typescript-eslint/no-explicit-any', 'any', adapter, 'export const $ = (one: any): boolean => one === 1'),
  breaks('@typescript-eslint/strict-boolean-expressions', 'a number taken for a truth', adapter, 'export const $ = (n: number): number => (n ? 1 : 2)'),
  breaks('no-restricted-exports', 'a default export', adapter, 'export default next'),
]

/** A project of these three modules and what they import: the types of the other thousand files decide nothing here. */
const project = join(root, '.cache/lint/tsconfig.json')
mkdirSync(join(root, '.cache/lint'), { recursive: true })
writeFileSync(project, JSON.stringify({ extends: '../../tsconfig.json', include: [], files: [application, adapter, test].map((at) => `../../${at}`) }))

// Where `CI` is set the parser would take the files from the disk, and not the lines that stand in their place.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false, project, disallowAutomaticSingleRunInference: true } } }],
})

/** The rules that each line breaks, all lines of one module linted together. */
const brokenAt = async (at: string): Promise<ReadonlyMap<Line, ReadonlyArray<string | null>>> => {
  const own = lines.filter((line) => line.at === at)
  const text = own.map((line, index) => line.text.replaceAll('$', `name${index}`)).join('\n')
  const [result] = await eslint.lintText(`${prelude}${text}\n`, { filePath: at })
  if (result === undefined) throw new Error(`${at} is not linted`)
  const first = prelude.split('\n').length
  const rulesIn = (index: number): ReadonlyArray<string | null> =>
    result.messages.filter(({ line }) => line === first + index).map(({ ruleId }) => ruleId)
  return new Map(own.map((line, index) => [line, rulesIn(index)]))
}

describe('the lint', () => {
  let broken: ReadonlyMap<Line, ReadonlyArray<string | null>> = new Map()
  beforeAll(async () => {
    broken = new Map((await Promise.all([application, adapter, test].map(brokenAt))).flatMap((found) => [...found]))
  }, 120_000)

  it.each(lines.filter(({ rule }) => rule !== null))('finds $what ($rule)', (line) => {
    expect(broken.get(line)).toContain(line.rule)
  })

  it.each(lines.filter(({ rule }) => rule === null))('lets pass $what', (line) => {
    expect(broken.get(line)).toEqual([])
  })
})
