import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { parseEnvFile } from '../../src/cli/env-file.js'
import { type Bench, makeBench } from './bench.js'

const entries = (text: string): unknown => {
  const parsed = parseEnvFile(text)
  return E.isLeft(parsed) ? parsed.left : Object.fromEntries(parsed.right.map(({ variable, value }) => [variable, value]))
}

describe('an env file', () => {
  it.each([
    ['A=1\nB=two words\n', { A: '1', B: 'two words' }],
    ['# comment\n\nexport A = 1\r\n', { A: '1' }],
    ['A=1 # why\nB=a#b\nC=#none\nD=', { A: '1', B: 'a#b', C: '', D: '' }],
    [`A='single # $X \\n' # why\nB="two\\nlines \\"q\\""`, { A: 'single # $X \\n', B: 'two\nlines "q"' }],
    ['\uFEFFA=1\nA=2', { A: '2' }],
    ['A=x=y', { A: 'x=y' }],
  ])('%j is understood', (text, expected) => expect(entries(text)).toEqual(expected))

  it.each([
    ['A=1\nnonsense\n', 2],
    ['A="open\nB=1', 1],
    ["\nA='open", 2],
    ['A="x" y', 1],
    ['1A=x', 1],
    ['=x', 1],
  ])('%j is refused by the number of its line', (text, line) => expect(entries(text)).toBe(line))

  it('gives back any value of one line that is quoted', () => {
    const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
    const oneLine = fc.string({ unit: 'grapheme' }).filter((value) => !/[\r\n\u2028\u2029]/.test(value))
    fc.assert(fc.property(oneLine, (value) => {
      expect(entries(`A=${quoted(value)}`)).toEqual({ A: value })
    }))
  })
})

describe('exec --env-file', () => {
  let bench: Bench
  const secrets: Record<string, string> = {}
  beforeAll(async () => {
    bench = makeBench()
    await bench.run(['init'], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })
    for (const name of ['one', 'two']) {
      await bench.run(['add', name])
      secrets[name] = (await bench.run(['get', name])).stdout
    }
    writeFileSync(join(bench.folder, 'a.env'), 'MODE=a\nKEY=lv://one\nLEAN_VAULT_HOME=elsewhere\n')
    writeFileSync(join(bench.folder, 'b.env'), "MODE='b'\nOTHER=lv://two\n")
  })
  afterAll(() => bench.dispose())

  const childOf = async (line: string): Promise<Readonly<Record<string, string>> | undefined> => {
    const before = bench.launched.length
    await bench.run(line.split(' '), { env: { MODE: 'outside' } })
    return bench.launched[before]?.env
  }

  it('gives the child what the files say, a later one winning, and nothing of the vault', async () => {
    const env = await childOf('exec --env-file a.env --env-file b.env -- npm start')
    expect(env).toMatchObject({ MODE: 'b', KEY: secrets['one'], OTHER: secrets['two'] })
    expect(Object.keys(env ?? {}).filter((name) => name.startsWith('LEAN_VAULT_') || name === 'OPENROUTER_API_KEY')).toEqual([])
  })

  it('goes with a named key and with references in flags, which win', async () => {
    expect(await childOf('exec two --env-file a.env -- npm start')).toMatchObject({ MODE: 'a', KEY: secrets['one'], OPENROUTER_API_KEY: secrets['two'] })
    expect(await childOf('exec one --env X --env Y --env KEY=lv://two --env-file a.env -- npm start')).toMatchObject({ X: secrets['one'], Y: secrets['one'], KEY: secrets['two'] })
  })

  it('starts nothing when one of the keys is missing', async () => {
    expect(await childOf('exec --env-file a.env --env B=lv://missing -- npm start')).toBeUndefined()
  })

  it('asks the vault once for a key that is wanted twice, and shows no secret', async () => {
    expect(await childOf('exec one --env-file a.env -- npm start')).toMatchObject({ KEY: secrets['one'], OPENROUTER_API_KEY: secrets['one'] })
    expect(bench.printed().split(secrets['one'] ?? '?')).toHaveLength(2)
  })
})
