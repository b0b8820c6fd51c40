import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isLeft } from 'fp-ts/lib/Either.js'
import ts from 'typescript'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'

import { openVault, promises, secret, startSandbox } from '../../src/index.js'
import { read, root } from '../architecture/project-files.js'
import { played } from './readme-transcript.js'

const readme = read('README.md')

const blockAfter = (heading: string, language: string): string => {
  const part = readme.slice(readme.indexOf(`\n${heading}\n`))
  return new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(part)?.[1] ?? ''
}

const folder = mkdtempSync(join(tmpdir(), 'lean-vault-readme-'))
const scratch = join(root, '.cache/readme')

afterEach(() => {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'
const isHere = String(spawnSync('script', ['--version']).stdout).includes('util-linux')

describe('the commands of the README', () => {
  if (isHere || required)
    it('print at a terminal of 80 columns what the page says (npm run docs)', { timeout: 120_000 }, async () => {
      const now = await played(readme)
      expect(now, 'out of date: run "npm run docs" and read what it changed').toBe(readme)
      expect(now.match(/^\$ lean-vault /gm)?.length).toBeGreaterThan(8)
    })
  else {
    console.warn('skipped: the commands of the README at a terminal (needs script of util-linux)')
    it.skip('need script of util-linux', () => undefined)
  }

  it('are shown with no line wider than that', () => {
    const shown = [...readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.split('\n'))
    expect(shown.length).toBeGreaterThan(30)
    expect(shown.filter((line) => line.length > 80)).toEqual([])
  })
})

describe('the program of the README', () => {
  const program = blockAfter('## Use it from a program', 'ts')
  const entry = join(root, 'src/index.ts')

  it('is type-checked', { timeout: 60_000 }, () => {
    mkdirSync(scratch, { recursive: true })
    const file = join(scratch, 'checked.ts')
    writeFileSync(file, program)
    const config: unknown = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
    const compiled = ts.createProgram([file], { ...options, paths: { 'lean-vault': [entry] } })
    const source = compiled.getSourceFile(file)
    const problems = [...compiled.getSemanticDiagnostics(source), ...compiled.getSyntacticDiagnostics(source)]
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([])
  })

  it('runs', async () => {
    const sandbox = await startSandbox()()
    if (isLeft(sandbox)) throw new Error(sandbox.left.message)
    const { url, managementKey, close, world } = sandbox.right
    vi.stubEnv('LEAN_VAULT_HOME', join(folder, 'vault'))
    vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'))
    vi.stubEnv('OPENROUTER_BASE_URL', url)
    await promises.initVault({ env: process.env, managementKey: secret(managementKey) })
    const shown: Array<unknown> = []
    vi.stubGlobal('fetch', (to: string, { headers }: { readonly headers: unknown }) => void shown.push([to, headers]))
    mkdirSync(scratch, { recursive: true })
    const file = join(scratch, 'run.ts')
    writeFileSync(file, program.replace("'lean-vault'", JSON.stringify(entry)))
    await import(file)
    await close()
    expect(shown).toEqual([['https://openrouter.ai/api/v1/key', { authorization: expect.stringMatching(/^Bearer sk-or-v1-/) as string }]])
    expect([...world.account.keys.values()].map((key) => key.name.split(' ')[0])).toEqual(['ci-bot'])
  })

  it('is ten lines or so, as is what else the page says of the library', () => {
    expect(program.trim().split('\n').length).toBeLessThanOrEqual(13)
    expect([typeof openVault, typeof startSandbox]).toEqual(['function', 'function'])
  })
})
