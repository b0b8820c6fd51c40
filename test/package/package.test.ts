import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { compileConsumer, type Consumer, exampleNames, licencesOf, runCommonJs } from './consumers.js'
import { toldByExamples } from './told-by-examples.js'
import { type InstalledPackage, installPackage, root, run } from './installed-package.js'
import { howToBringNodes, newestNode } from './nodes.js'

const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string }

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
  await symlink(join(root, 'node_modules/fast-check'), inConsumer('node_modules/fast-check'))
  await symlink(join(root, 'node_modules/pure-rand'), inConsumer('node_modules/pure-rand')).catch(() => undefined)
}, 300_000)
afterAll(async () => {
  await installed.dispose()
})

const inConsumer = (...path: ReadonlyArray<string>): string => join(installed.consumer, ...path)
const textOf = (file: string): Promise<string> => readFile(inConsumer('node_modules/lean-vault', file), 'utf8')

const intended = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/,
  /^dist\/(testing\/)?index\.js$/,
  /^dist\/lib\/[\w-]+\.js$/,
  /^dist\/((domain|application|adapters|testing)\/[a-z0-9/-]+|index)\.d\.ts$/,
  /^dist\/bin\/([\w-]+\.js|(lean-vault|start|quick-get)\.cjs)$/,
  /^dist\/man\/lean-vault[a-z-]*\.1$/,
  /^dist\/vendor\/age-encryption\.js$/,
  /^dist\/(bin|vendor)\/THIRD-PARTY-LICENSES\.txt$/,
  /^schema\/[a-z0-9.-]+\.json$/,
]

describe('the tarball', () => {
  it('holds what is meant to be published, and nothing else', () => {
    expect(installed.files.filter((file) => !intended.some((pattern) => pattern.test(file)))).toEqual([])
    const essential = ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts', 'dist/bin/lean-vault.cjs', 'dist/bin/lean-vault.js']
    expect(essential.filter((file) => !installed.files.includes(file))).toEqual([])
  })

  it('holds no key, no path of the machine it was made on and no registry', async () => {
    const traces = [/sk-or-v1-[0-9a-f]{32}/, /\b(_authToken|BEGIN [A-Z ]*PRIVATE KEY)\b/, /registry\.npmjs\.org/]
    const paths = [`${root}/`, `${homedir()}/`]
    for (const file of installed.files) {
      const text = await textOf(file)
      expect([...traces.filter((trace) => trace.test(text)), ...paths.filter((path) => text.includes(path))], file).toEqual([])
    }
  })

  it('has a manifest in order', async () => {
    const { messages } = await publint({ pkgDir: inConsumer('node_modules/lean-vault'), strict: true, pack: false })
    expect(messages).toEqual([])
  })

  it('is small', () => {
    expect(installed.tarballSize).toBeLessThan(1_000_000)
  })
})

describe('the installation', () => {
  it('brings few packages, and not the official SDK', () => {
    const names = [...installed.locked.keys()]
    expect(names.length).toBeLessThanOrEqual(30)
    expect(names.filter((name) => name.includes('@openrouter/'))).toEqual([])
  })

  it('runs no install script, neither of ours nor of a dependency', async () => {
    const { scripts } = JSON.parse(await textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([])
    expect([...installed.locked].filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([name]) => name)).toEqual([])
  })

  it('takes less than 40 MB', async () => {
    const kilobytes = Number((await run('du', ['-sk', 'node_modules'], installed.consumer)).split('\t')[0])
    expect(kilobytes).toBeLessThan(40_000)
  })
})

const nodes: ReadonlyArray<readonly [string, string]> = [
  ['this Node', process.execPath],
  ...(newestNode === null ? [] : [['the newest Node', newestNode] as const]),
]

describe('the newest Node', () => {
  if (newestNode === null && !required) {
    console.warn(`skipped: the package on the newest Node (${howToBringNodes})`)
    it.skip(`is tried: ${howToBringNodes}`, () => undefined)
  } else {
    it('is here to be tried', () => {
      expect(newestNode, howToBringNodes).not.toBeNull()
    })
  }
})

describe.each(nodes)('on %s', (_name, node) => {
  it.each([
    ['lean-vault', '--version'],
    ['lean-vault', 'version'],
    ['lean_vault', '--version'],
    ['lean_vault', 'version'],
  ])('%s %s tells the version', async (bin, argument) => {
    expect(await run(node, [inConsumer('node_modules/.bin', bin), argument], installed.consumer)).toContain(version)
  })

  it('the library is imported by name', async () => {
    const program = "import * as all from 'lean-vault'; console.log(JSON.stringify(Object.keys(all)))"
    const names = JSON.parse(await run(node, ['--input-type=module', '-e', program], installed.consumer)) as ReadonlyArray<string>
    expect(names).toContain('openVault')
    expect(names).not.toContain('default')
  })
})

describe('the test kit', () => {
  it('proves a third party\'s adapters, and fails one that does not do its duty', async () => {
    await cp(join(root, 'test/package/third-party.mjs'), inConsumer('third-party.mjs'))
    const told = JSON.parse(await run(process.execPath, ['third-party.mjs'], installed.consumer)) as unknown
    expect(told).toEqual({ channel: [], careless: ['says so, in time and once, when its receiver fails (passing)'], store: [], lives: [] })
  })
})

describe('the command line', () => {
  it('is started by its own first line', async () => {
    expect(await run(inConsumer('node_modules/.bin/lean-vault'), ['--version'], installed.consumer)).toContain(version)
  })

  it('helps without a vault, and says nothing on stderr', async () => {
    expect(await run(inConsumer('node_modules/.bin/lean-vault'), ['--help'], installed.consumer)).toContain('lean-vault')
  })
})

describe('a program in TypeScript', () => {
  let consumer: Consumer
  beforeAll(async () => {
    consumer = await compileConsumer(installed)
  }, 300_000)
  afterAll(() => consumer.dispose())

  it('for Node is checked against the declarations, the examples too', () => {
    expect(consumer.complaints).toBe('')
  })

  it('for a bundler, without the types of Node, is too', async () => {
    const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'], types: [], strict: true, noEmit: true, target: 'es2022', skipLibCheck: false }
    await writeFile(inConsumer('program.ts'), "import { openVault, type Vault } from 'lean-vault'\nexport const open: (options?: object) => unknown = openVault\nexport type Name = keyof Vault\n")
    await writeFile(inConsumer('tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const complaints = await run(process.execPath, [tsc, '-p', inConsumer('tsconfig.json')], installed.consumer).catch((error: unknown) =>
      String((error as { readonly stdout?: string }).stdout),
    )
    expect(complaints).toBe('')
  })

  it('runs', async () => {
    expect(await consumer.run('main')).toBe('VaultMissing, as it should be\n')
  })

  it('of the examples prints what it should, each on one vault after the other', async () => {
    const printed: Array<string> = []
    for (const name of ['quick-start', 'custom-channel', 'custom-store', 'own-rule', 'read-history', 'record-usage'])
      printed.push(`$ ${name}`, ...(await consumer.run(name)).trimEnd().split('\n'))
    expect(printed).toEqual(toldByExamples)
    expect([...(await exampleNames())]).toEqual(['custom-channel', 'custom-store', 'key-service', 'own-rule', 'quick-start', 'read-history', 'record-usage'])
  })

  it('of the key service hands out a key to who may ask, and ends when it is told to', async () => {
    const told: Array<unknown> = []
    const code = await consumer.serve('key-service', { SERVICE_TOKEN: 'let-me-in' }, async (url) => {
      const ask = async (method: string, path: string, token: string): Promise<void> => {
        const answer = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}` } })
        told.push([answer.status, await answer.json()])
      }
      await ask('POST', '/keys/web', 'wrong')
      await ask('POST', '/keys/web', 'let-me-in')
      await ask('DELETE', '/keys/web', 'let-me-in')
      await ask('DELETE', '/keys/web', 'let-me-in')
      await ask('GET', '/', 'let-me-in')
    })
    const secret: unknown = expect.stringMatching(/^sk-or-v1-[0-9a-f]{64}$/)
    expect(told).toEqual([
      [401, { error: 'Unauthorized' }],
      [200, { name: 'web', secret }],
      [200, expect.objectContaining({ outcome: 'removed', proof: 'strong' })],
      [404, { error: 'KeyNotFound' }],
      [404, { error: 'NotFound' }],
    ])
    expect(code).toBe(0)
  })
})

describe.each(nodes)('a program in CommonJS on %s', (_name, node) => {
  it('has the library, by require where this Node can', async () => {
    expect(await runCommonJs(installed, node)).toMatch(/^(required|imported): removed, strong\n$/)
  })
})

describe('the types', () => {
  it('are found and right for every way of importing; CommonJS gets the ES module, as Node does it', async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(await readFile(installed.tarball))))
    if (result.types === false) throw new Error('the package has no types')
    // Node 10 resolution is that of Nodes which the package does not run on.
    const problems = result.problems.filter((problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'))
    expect(problems.map(({ kind }) => kind).filter((kind) => kind !== 'CJSResolvesToESM')).toEqual([])
  })
})

describe('the licences', () => {
  const allowed = new Set(['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'])

  it('of what an installation brings ask for nothing but their notice', async () => {
    const licences = await licencesOf(installed)
    expect(licences.size).toBeGreaterThan(5)
    expect([...licences].filter(([, licence]) => !allowed.has(licence))).toEqual([])
  })

  it('of what is bundled do too, and go with it', async () => {
    const told = await Promise.all(['bin', 'vendor'].map((folder) => textOf(`dist/${folder}/THIRD-PARTY-LICENSES.txt`)))
    const named = told.flatMap((text) => [...text.matchAll(/^(\S+) \d\S* \(([^)]+)\)$/gm)].map(([, name = '', licence = '']) => [name, licence] as const))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter(([, licence]) => !allowed.has(licence))).toEqual([])
  })
})
