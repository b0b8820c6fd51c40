import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'

import { root } from './project-files.js'

const eslint = new ESLint({ cwd: root })

/** The rules that `text` breaks, were it the text of the module `filePath`, which must exist for its types to be known. */
const broken = async (filePath: string, text: string): Promise<ReadonlyArray<string | null>> => {
  const [result] = await eslint.lintText(text, { filePath })
  if (result === undefined) throw new Error(`${filePath} is not linted`)
  return result.messages.map(({ ruleId }) => ruleId)
}

const application = 'src/application/secret.ts'
const adapter = 'src/adapters/memory-log/memory-log.ts'
const test = 'test/architecture/budgets.test.ts'

const task = "import * as TE from 'fp-ts/lib/TaskEither.js'\nexport const save = (a: number): TE.TaskEither<string, number> => TE.of(a)\n"
const pipe = "import { pipe } from 'fp-ts/lib/function.js'\nconst f = (a: number): number => a + 1\n"
const union = "type A = 'one' | 'two'\n"

describe('the lint', { timeout: 60_000 }, () => {
  it.each([
    ['a TaskEither that nobody runs', application, `${task}export const run = (): void => {\n  save(1)\n}\n`, 'lean-vault/no-unrun-task'],
    ['such a one in an adapter', adapter, `${task}export const run = (): void => {\n  void save(1)\n}\n`, 'lean-vault/no-unrun-task'],
    ['such a one in a test', test, `${task}save(1)\n`, 'lean-vault/no-unrun-task'],
    ['a promise that nobody awaits', adapter, 'export const a = (): void => {\n  Promise.resolve(1)\n}\n', '@typescript-eslint/no-floating-promises'],
    ['an answer that nobody reads', application, 'export const a = (b: (c: number) => number): void => {\n  b(1)\n}\n', 'functional/no-expression-statements'],
    ['a pipe of seven steps', adapter, `${pipe}export const a = pipe(1, f, f, f, f, f, f, f)\n`, 'no-restricted-syntax'],
    ['three pipes in one another', adapter, `${pipe}export const a = pipe(1, (b) => pipe(b, (c) => pipe(c, f)))\n`, 'no-restricted-syntax'],
    ['a default that hides a case', adapter, `${union}export const a = (b: A): number => {\n  switch (b) {\n    case 'one':\n      return 1\n    default:\n      return 2\n  }\n}\n`, '@typescript-eslint/switch-exhaustiveness-check'],
    ['an import that crashes in Node', adapter, "export { left } from 'fp-ts/Either'\n", 'no-restricted-imports'],
    ['such a one of io-ts', adapter, "export { failure } from 'io-ts/PathReporter'\n", 'no-restricted-imports'],
    ['the barrel of fp-ts', adapter, "export { either } from 'fp-ts'\n", 'no-restricted-imports'],
    ['a throw in the application', application, "export const a = (): never => {\n  throw new Error('a')\n}\n", 'no-restricted-syntax'],
    ['a clock of its own', application, 'export const a = (): number => Date.now()\n', 'no-restricted-syntax'],
    ['the time of day', application, 'export const a = (): Date => new Date()\n', 'no-restricted-syntax'],
    ['chance of its own', application, 'export const a = (): number => Math.random()\n', 'no-restricted-syntax'],
    ['the environment', application, 'export const a = process.env\n', 'no-restricted-globals'],
    ['a class', adapter, 'export class A {\n  b = 1\n}\n', 'no-restricted-syntax'],
    ['any', adapter, 'export const a = (b: any): number => b\n', '@typescript-eslint/no-explicit-any'],
    ['a default export', adapter, 'const a = 1\nexport default a\n', 'no-restricted-exports'],
  ])('finds %s', async (_what, filePath, text, rule) => {
    expect(await broken(filePath, text)).toContain(rule)
  })

  it.each([
    ['six steps', adapter, `${pipe}export const a = pipe(1, f, f, f, f, f, f)\n`],
    ['a pipe in a pipe', adapter, `${pipe}export const a = pipe(1, (b) => pipe(b, f))\n`],
    ['a date made of a known instant', application, 'export const a = (at: number): Date => new Date(at)\n'],
    ['a task that is run', adapter, `${task}export const run = async (): Promise<void> => {\n  await save(1)()\n}\n`],
    ['imports from lib', adapter, "export { left } from 'fp-ts/lib/Either.js'\n"],
  ])('lets pass %s', async (_what, filePath, text) => {
    expect(await broken(filePath, text)).toEqual([])
  })
})
