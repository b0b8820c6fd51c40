import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type InstalledPackage, installPackage, root, run } from './installed-package.js'
import { howToBringNodes, newestNode } from './nodes.js'

const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string }

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
}, 300_000)
afterAll(async () => {
  await installed.dispose()
})

const inConsumer = (...path: ReadonlyArray<string>): string => join(installed.consumer, ...path)
const textOf = (file: string): Promise<string> => readFile(inConsumer('node_modules/lean-vault', file), 'utf8')

const intended = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/,
  /^dist\/index\.(js|d\.ts)$/,
  /^dist\/(domain|application|adapters|testing)\/[a-z0-9/-]+\.(js|d\.ts)$/,
  /^dist\/bin\/([\w-]+\.js|(lean-vault|start)\.cjs)$/,
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
    await symlink(join(root, 'node_modules/fast-check'), inConsumer('node_modules/fast-check'))
    await symlink(join(root, 'node_modules/pure-rand'), inConsumer('node_modules/pure-rand')).catch(() => undefined)
    await cp(join(root, 'test/package/third-party.mjs'), inConsumer('third-party.mjs'))
    const told = JSON.parse(await run(process.execPath, ['third-party.mjs'], installed.consumer)) as unknown
    expect(told).toEqual({ channel: [], careless: ['says so, in time and once, when its receiver fails (passing)'], store: [] })
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
  const source = [
    "import { openVault } from 'lean-vault'",
    "import type { Vault } from 'lean-vault'",
    'export const open: typeof openVault = openVault',
    'export const nameOf = (vault: Vault): ReadonlyArray<keyof Vault> => Object.keys(vault) as ReadonlyArray<keyof Vault>',
  ].join('\n')

  const typeRoots = [join(root, 'node_modules/@types')]

  it.each([
    ['for Node', { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023'], typeRoots, types: ['node'] }],
    ['for a bundler', { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'], types: [] }],
  ])('%s is checked against the declarations', async (_for, own) => {
    const compilerOptions = { ...own, strict: true, noEmit: true, target: 'es2022', skipLibCheck: false }
    const file = inConsumer(`tsconfig.${own.module}.json`)
    await writeFile(inConsumer('program.ts'), source)
    await writeFile(file, JSON.stringify({ compilerOptions, files: ['program.ts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const complaints = await run(process.execPath, [tsc, '-p', file], installed.consumer).catch((error: unknown) =>
      String((error as { readonly stdout?: string }).stdout),
    )
    expect(complaints).toBe('')
  })
})
