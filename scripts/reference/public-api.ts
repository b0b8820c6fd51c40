import { join } from 'node:path'

import ts from 'typescript'

/** Something that the library exports. */
export interface ApiEntry {
  /** What it is imported from. */
  readonly module: string
  readonly name: string
  readonly kind: 'value' | 'type'
  /** Its comment. */
  readonly text: string
  /** Its declaration; a function's without its body. */
  readonly declaration: string
}

const root = join(import.meta.dirname, '../..')

const modules: Readonly<Record<string, string>> = {
  'lean-vault': join(root, 'src/index.ts'),
  'lean-vault/testing': join(root, 'src/testing/index.ts'),
}

const isType = (declaration: ts.Declaration): boolean => ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)

const typeText = (type: ts.Type, declaration: ts.Declaration, checker: ts.TypeChecker): string =>
  checker.typeToString(type, declaration, ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope)

const declarationOf = (name: string, symbol: ts.Symbol, declaration: ts.Declaration, checker: ts.TypeChecker): string =>
  isType(declaration)
    ? declaration.getText().replace(/^export /, '')
    : `const ${name}: ${typeText(checker.getTypeOfSymbolAtLocation(symbol, declaration), declaration, checker)}`

const entryOf = (module: string, exported: ts.Symbol, checker: ts.TypeChecker): ApiEntry => {
  const meant = (exported.flags & ts.SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported)
  const [declaration] = meant.declarations ?? []
  if (declaration === undefined) throw new Error(`${exported.name} is declared nowhere`)
  return {
    module,
    name: exported.name,
    kind: (meant.flags & ts.SymbolFlags.Value) === 0 ? 'type' : 'value',
    text: ts.displayPartsToString(meant.getDocumentationComment(checker)).trim(),
    declaration: declarationOf(exported.name, meant, declaration, checker),
  }
}

/** Everything that can be imported, by the compiler: by module, values before types, each in the order of its name. */
export const publicApi = (): ReadonlyArray<ApiEntry> => {
  const config: unknown = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(Object.values(modules), { ...options, incremental: false, noEmit: true })
  const checker = program.getTypeChecker()
  return Object.entries(modules).flatMap(([module, file]) => {
    const source = program.getSourceFile(file)
    const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
    if (symbol === undefined) throw new Error(`${file} exports nothing`)
    return checker
      .getExportsOfModule(symbol)
      .map((each) => entryOf(module, each, checker))
      .sort((a, b) => Number(a.kind === 'type') - Number(b.kind === 'type') || (a.name < b.name ? -1 : 1))
  })
}
