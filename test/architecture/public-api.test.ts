import { join } from 'node:path'

import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'

import { root } from './project-files.js'

const textOf = (symbol: ts.Symbol, checker: ts.TypeChecker): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim()

/** The names that the library's entry point exports, each with its documentation. */
const exported = (): ReadonlyMap<string, string> => {
  const entry = join(root, 'src/index.ts')
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram([entry], options)
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(entry)
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error('src/index.ts exports nothing')
  return new Map(
    checker.getExportsOfModule(module).map((symbol) => {
      const meant = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
      return [symbol.name, textOf(meant, checker)]
    }),
  )
}

describe('what the library exports', () => {
  let names: ReadonlyMap<string, string> = new Map()
  beforeAll(() => {
    names = exported()
  }, 60_000)

  it('is documented, every name of it', () => {
    expect(names.size).toBeGreaterThan(0)
    expect([...names].filter(([, text]) => text === '').map(([name]) => name)).toEqual([])
  })

  it('has no default export', () => {
    expect(names.has('default')).toBe(false)
  })
})
