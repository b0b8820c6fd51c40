import { join } from 'node:path'

import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'

import { filesBelow, read, root } from './project-files.js'

const planted = join(root, 'src/domain/planted.ts')
const unknownNames = ['process', 'console', 'fetch', 'crypto', 'setTimeout', 'performance', 'Buffer', 'document']
const plantedText = [
  "import { readFileSync } from 'node:fs'",
  'export const read: unknown = readFileSync',
  ...unknownNames.map((name, index) => `export const a${index}: unknown = ${name}`),
].join('\n')

interface Complaint {
  readonly file: string
  readonly message: string
}

/** What the compiler says of the domain, to which one more module was added, full of what must not be known there. */
const compile = (): { readonly modules: ReadonlyArray<string>; readonly complaints: ReadonlyArray<Complaint> } => {
  const folder = join(root, 'src/domain')
  const config = ts.readConfigFile(join(folder, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
  const disk = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => file === planted || disk.fileExists(file),
    getSourceFile: (file, version, ...rest) =>
      file === planted ? ts.createSourceFile(file, plantedText, version, true) : disk.getSourceFile(file, version, ...rest),
  }
  const program = ts.createProgram([...fileNames, planted], options, host)
  const complaints = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
    file: file?.fileName ?? '',
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }))
  return { modules: fileNames, complaints }
}

describe('the domain, compiled without the types of Node and of browsers', () => {
  let result: ReturnType<typeof compile> = { modules: [], complaints: [] }
  const complaintsOf = (isPlanted: boolean): ReadonlyArray<string> =>
    result.complaints.filter(({ file }) => (file === planted) === isPlanted).map(({ file, message }) => `${file}: ${message}`)

  beforeAll(() => {
    result = compile()
  }, 60_000)

  it('compiles', () => {
    expect(result.modules).toHaveLength(filesBelow('src/domain', '.ts').length)
    expect(complaintsOf(false)).toEqual([])
  })

  it.each([...unknownNames, 'node:fs'])('does not know %s', (name) => {
    expect(complaintsOf(true).join('\n')).toContain(`Cannot find name '${name}'`)
  })
})

const impureNames = new Set(['Date', 'Intl', 'WeakRef', 'FinalizationRegistry'])

const nameOf = (node: ts.Node): string | null => {
  if (ts.isThrowStatement(node)) return 'throw'
  if (ts.isEnumDeclaration(node)) return 'enum'
  if (ts.isClassLike(node)) return 'class'
  if (ts.isAwaitExpression(node)) return 'await'
  if (ts.isTryStatement(node)) return 'try'
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'any'
  if (ts.isIdentifier(node) && impureNames.has(node.text)) return node.text
  return ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random' ? 'Math.random' : null
}

/** What of the forbidden things `text` holds, each with its line. */
const forbiddenIn = (text: string): ReadonlyArray<string> => {
  const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const name = nameOf(node)
    if (name !== null) found.push(`${name} in line ${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

describe('the text of the domain', () => {
  it.each(filesBelow('src/domain', '.ts'))('%s has no clock, no chance, no exception, no class', (file) => {
    expect(forbiddenIn(read(file))).toEqual([])
  })

  it.each([
    ['Date', 'export const now = () => new Date()'],
    ['Date', 'export const now = Date.now'],
    ['Intl', 'export const a = new Intl.NumberFormat()'],
    ['Math.random', 'export const chance = () => Math.random()'],
    ['throw', "export const fail = () => { throw 'no' }"],
    ['try', 'export const a = () => { try { return 1 } finally { } }'],
    ['enum', 'export enum A { B }'],
    ['class', 'export const A = class {}'],
    ['await', 'export const a = async () => await 1'],
    ['any', 'export const a = (b: any) => b'],
  ])('would be found to hold %s', (name, text) => {
    expect(forbiddenIn(text)).toContain(`${name} in line 1`)
  })
})
