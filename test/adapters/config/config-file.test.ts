import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { parseEdit, setConfig } from '../../../src/adapters/config/edit-config.js'
import { readConfig } from '../../../src/adapters/config/read-config.js'

let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lean-vault-config-'))
  path = join(folder, 'config.yaml')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = async (text: string) => {
  writeFileSync(path, text)
  const found = await readConfig(path)()
  return E.isLeft(found) && found.left._tag === 'InvalidInput'
    ? `${found.left.field} ${found.left.rule}`.replace(`${folder}/`, '')
    : found
}

describe('reading config.yaml', () => {
  it('gives values with their lines', async () => {
    expect(await read('# ours\n\nhttpTimeoutMs: 5\nsettleMs: 0 # quick\n')).toEqual(
      E.right({ path, values: { httpTimeoutMs: { value: 5, line: 3 }, settleMs: { value: 0, line: 4 } }, alerts: [] }),
    )
  })

  it.each(['', '# only a comment\n', '---\n', 'null\n'])('takes %j for no settings', async (text) => {
    expect(await read(text)).toEqual(E.right({ path, values: {}, alerts: [] }))
  })

  it('gives nothing where there is no file', async () => {
    expect(await readConfig(join(folder, 'none'))()).toEqual(E.right({ path: join(folder, 'none'), values: {}, alerts: [] }))
  })

  it.each([
    ['settleMs: 1\nhttpTimeout: 5\n', 'config.yaml:2: httpTimeout is not a setting; did you mean httpTimeoutMs?'],
    ['http_timeout_ms: 5\n', 'config.yaml:1: http_timeout_ms is not a setting; did you mean httpTimeoutMs?'],
    ['\nsettleMs: soon\n', 'config.yaml:2: settleMs must be a whole number of milliseconds from 0 to 3600000'],
    ['settleMs: "5"\n', 'config.yaml:1: settleMs must be a whole number of milliseconds from 0 to 3600000'],
    ['settleMs:\n  a: 1\n', 'config.yaml:1: settleMs must be a whole number of milliseconds from 0 to 3600000'],
    ['- a\n', 'config.yaml:1 must be a list of "setting: value" lines'],
    ['settleMs: 1\nsettleMs: 2\n', 'config.yaml:2 is not valid YAML (DUPLICATE_KEY)'],
    ['a: [\n', 'config.yaml:2 is not valid YAML (BAD_INDENT)'],
  ])('refuses %j by file, line and field', async (text, message) => {
    expect(await read(text)).toBe(message)
  })

  it('names every unknown key without a near one, with what there is', async () => {
    const message = await read('managementKey: sk-or-v1-0123456789abcdef\n')
    expect(message).toContain('config.yaml:1: managementKey is not a setting; settings are baseUrl, masterKeyFile')
    expect(message).not.toContain('0123456789abcdef')
  })
})

const edit = async (name: string, text: string) => {
  const parsed = parseEdit(name, text)
  if (E.isLeft(parsed)) return parsed
  return await setConfig(path, parsed.right)()
}

describe('config set', () => {
  it('keeps comments and order, and leaves nothing beside the file', async () => {
    writeFileSync(path, '# team defaults\nsettleMs: 1 # quick\n\n# slow proxy\nhttpTimeoutMs: 60000\n')
    expect(await edit('settleMs', '200')).toEqual(E.right(undefined))
    expect(readFileSync(path, 'utf8')).toBe('# team defaults\nsettleMs: 200 # quick\n\n# slow proxy\nhttpTimeoutMs: 60000\n')
    expect(readdirSync(folder)).toEqual(['config.yaml'])
  })

  it('makes the file and its folder, for their owner alone', async () => {
    path = join(folder, 'new', 'config.yaml')
    expect(await edit('baseUrl', 'https://a.example/api/v1')).toEqual(E.right(undefined))
    expect(readFileSync(path, 'utf8')).toBe('baseUrl: https://a.example/api/v1\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700)
  })

  it('keeps the comments of a file that has nothing else', async () => {
    writeFileSync(path, '# ours\n')
    expect(await edit('retryBudgetMs', '0')).toEqual(E.right(undefined))
    expect(readFileSync(path, 'utf8')).toContain('# ours\n')
    expect(await readConfig(path)()).toMatchObject({ right: { values: { retryBudgetMs: { value: 0 } } } })
  })

  it.each([
    ['settleMs', 'soon'],
    ['settleMs', '-1'],
    ['baseUrl', 'http://a.example/api/v1'],
    ['masterKeyFile', ''],
    ['home', '/v'],
    ['httpTimeout', '5'],
  ])('refuses %s %s and writes nothing', async (name, text) => {
    expect(E.isLeft(await edit(name, text))).toBe(true)
    expect(existsSync(path)).toBe(false)
  })

  it('refuses to edit a file that is not valid', async () => {
    writeFileSync(path, 'nonsense: 1\n')
    expect(await edit('settleMs', '1')).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(readFileSync(path, 'utf8')).toBe('nonsense: 1\n')
  })

  it('says so when the folder cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    path = join(folder, 'file', 'config.yaml')
    expect(await edit('settleMs', '1')).toMatchObject({ left: { _tag: 'VaultUnavailable' } })
  })
})
