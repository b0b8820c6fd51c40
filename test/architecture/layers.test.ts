import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { filesBelow, root } from './project-files.js'

const cruiseIn = async (baseDir: string): Promise<ICruiseResult> => {
  const options: ICruiseOptions = await extractDepcruiseOptions(join(root, '.dependency-cruiser.cjs'))
  const tsConfig = extractTSConfig(join(root, 'tsconfig.json'))
  const { output } = await cruise(['src'], { ...options, baseDir }, undefined, { tsConfig })
  if (typeof output === 'string') throw new Error('a result was expected, not a text')
  return output
}

const broken = (result: ICruiseResult): ReadonlyArray<string> =>
  result.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)

describe('the layers', () => {
  it('are kept by every module of src', { timeout: 120_000 }, async () => {
    const result = await cruiseIn(root)
    const seen = new Set(result.modules.map(({ source }) => source))
    expect(filesBelow('src', '.ts').filter((file) => !seen.has(file))).toEqual([])
    expect(broken(result)).toEqual([])
  })
})

/** A module that must not be, and the rule that says so. */
const planted: ReadonlyArray<readonly [file: string, imported: string, rule: string]> = [
  ['src/domain/a.ts', '../application/target.js', 'domain-knows-no-outer-layer'],
  ['src/domain/b.ts', '../adapters/one/target.js', 'domain-knows-no-outer-layer'],
  ['src/domain/c.ts', 'node:fs', 'domain-knows-no-node'],
  ['src/domain/d.ts', 'io-ts', 'domain-knows-fp-ts-only'],
  ['src/application/a.ts', '../adapters/one/target.js', 'application-knows-no-outer-layer'],
  ['src/application/b.ts', '../cli/target.js', 'application-knows-no-outer-layer'],
  ['src/application/c.ts', 'node:crypto', 'application-knows-no-node'],
  ['src/application/d.ts', 'io-ts', 'application-knows-fp-ts-only'],
  ['src/adapters/one/a.ts', '../two/target.js', 'adapters-know-no-sibling'],
  ['src/adapters/one/b.ts', '../../cli/target.js', 'adapters-know-no-face'],
  ['src/adapters/one/c.ts', '../composition/target.js', 'composition-is-for-entry-points'],
  ['src/adapters/one/d.ts', 'undici', 'undici-in-the-openrouter-adapter-only'],
  ['src/adapters/one/e.ts', 'yaml', 'yaml-where-yaml-is-read-only'],
  ['src/adapters/one/f.ts', 'tsyringe', 'tsyringe-in-the-composition-only'],
  ['src/adapters/one/g.ts', 'vitest', 'no-dev-dependency-in-src'],
  ['src/adapters/one/j.ts', 'age-encryption', 'bundled-where-it-is-bundled-only'],
  ['src/adapters/one/h.ts', './missing.js', 'no-unresolvable'],
  ['src/adapters/one/i.ts', '../../../test/target.js', 'nothing-imports-tests'],
  ['src/adapters/sandbox/a.ts', '../one/target.js', 'sandbox-knows-the-simulation-only'],
  ['src/cli/a.ts', '../adapters/composition/target.js', 'composition-is-for-entry-points'],
  ['src/cli/b.ts', '../adapters/one/target.js', 'commands-know-no-adapter'],
  ['src/index.ts', './cli/target.js', 'library-knows-no-command-line'],
  ['src/testing/a.ts', 'vitest', 'test-kit-knows-fast-check-only'],
  ['src/application/e.ts', '../testing/target.js', 'application-knows-no-outer-layer'],
  ['src/cli/c.ts', '../testing/target.js', 'nothing-imports-the-test-kit'],
  ['src/testing/b.ts', '../adapters/one/target.js', 'test-kit-knows-what-it-hands-on'],
]

/** Modules that may be, each beside a rule that must let it pass. */
const allowed: ReadonlyArray<readonly [file: string, imported: string]> = [
  ['src/domain/ok.ts', 'fp-ts/lib/Either.js'],
  ['src/application/ok.ts', '../domain/target.js'],
  ['src/adapters/one/ok.ts', '../../application/target.js'],
  ['src/adapters/one/ok-own.ts', './target.js'],
  ['src/adapters/composition/ok.ts', '../one/target.js'],
  ['src/adapters/sandbox/ok.ts', '../simulated-openrouter/target.js'],
  ['src/adapters/openrouter/exchange.ts', 'undici'],
  ['src/adapters/config/ok.ts', 'yaml'],
  ['src/adapters/go-vault/ok.ts', 'yaml'],
  ['src/adapters/documents/ok.ts', 'yaml'],
  ['src/cli/main.ts', '../adapters/composition/target.js'],
  ['src/cli/ok.ts', '../application/target.js'],
  ['src/cli/ok-bundled.ts', 'commander'],
  ['src/testing/ok.ts', '../adapters/simulated-openrouter/target.js'],
]

describe('a rule of the layers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-layers-'))
  let violations: ReadonlyArray<string> = []

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const writePackage = (name: string, file: string): void => {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: file }))
    write(`node_modules/${name}/${file}`, 'exports.a = 1')
  }

  beforeAll(async () => {
    for (const [file, imported] of [...planted, ...allowed]) write(file, `import type { A } from '${imported}'\nexport type B = A\n`)
    write('src/circle-one.ts', "import type { B } from './circle-two.js'\nexport type A = B\n")
    write('src/circle-two.ts', "import type { A } from './circle-one.js'\nexport type B = A\n")
    const targets = ['domain', 'application', 'cli', 'testing', 'adapters/one', 'adapters/two', 'adapters/composition', 'adapters/simulated-openrouter']
    for (const target of targets) write(`src/${target}/target.ts`, 'export type A = 1\n')
    write('test/target.ts', 'export type A = 1\n')
    write('src/adapters/openrouter/request.ts', "import { request } from 'undici'\nexport const a = request\n")
    writePackage('fp-ts', 'lib/Either.js')
    for (const name of ['io-ts', 'undici', 'yaml', 'tsyringe', 'vitest', 'age-encryption', 'commander']) writePackage(name, 'index.js')
    const dependencies = { 'fp-ts': '1', 'io-ts': '1', undici: '1', yaml: '1', tsyringe: '1' }
    write('package.json', JSON.stringify({ name: 'planted', dependencies, devDependencies: { vitest: '1', 'age-encryption': '1', commander: '1' } }))
    violations = broken(await cruiseIn(folder))
  }, 120_000)

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(planted)('forbids %s to import %s: %s', (file, _imported, rule) => {
    expect(violations.filter((each) => each.startsWith(`${rule}: ${file} -> `))).toHaveLength(1)
  })

  it.each(allowed)('lets %s import %s', (file) => {
    expect(violations.filter((each) => each.includes(`: ${file} -> `))).toEqual([])
  })

  it('forbids to load undici outside of the one place', () => {
    const file = 'src/adapters/openrouter/request.ts'
    expect(violations.filter((each) => each.startsWith(`undici-is-loaded-in-one-place: ${file} -> `))).toHaveLength(1)
  })

  it('forbids a circle, even of types only', () => {
    expect(violations.filter((each) => each.startsWith('no-circular: src/circle-one.ts'))).toHaveLength(1)
  })
})
