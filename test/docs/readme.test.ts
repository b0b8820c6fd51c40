import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isLeft } from 'fp-ts/lib/Either.js'
import ts from 'typescript'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'

import { openVault, promises, secret, startSandbox } from '../../src/index.js'
import { read, root } from '../architecture/project-files.js'
import { makeBench } from '../cli/bench.js'

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

describe('the five lines of the README', () => {
  const lines = blockAfter('## Use it', 'sh')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')

  it('do what they say', async () => {
    const bench = makeBench()
    const exits = []
    for (const line of lines) {
      const words = line.split(/ +/)
      expect(words.shift()).toBe('lean-vault')
      exits.push((await bench.run(words, { columns: 80, answers: [bench.managementKey] })).exit)
    }
    expect(exits).toEqual([0, 0, 0, 0, 0])
    expect(bench.launched[0]).toMatchObject({ command: 'node', args: ['agent.js'] })
    expect(bench.launched[0]?.env['OPENROUTER_API_KEY']).toMatch(/^sk-or-v1-/)
    expect(bench.world.account.keys.size).toBe(0)
    expect(bench.world.account.deleted.size).toBe(1)
    bench.dispose()
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
