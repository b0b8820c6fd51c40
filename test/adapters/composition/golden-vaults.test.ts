import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { promises } from '../../../src/adapters/composition/promises.js'
import { newestFormat } from '../../../src/adapters/sqlite-log/schema.js'
import { reveal } from '../../../src/application/secret.js'
import { drivers } from '../sqlite-log/fresh-folder.js'

const goldens = join(import.meta.dirname, '../sqlite-log/golden')

interface Expected {
  readonly states: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  readonly history: ReadonlyArray<unknown>
}

const expectedOf = (format: string): Expected => JSON.parse(readFileSync(join(goldens, format, 'expected.json'), 'utf8')) as Expected

/** What older events are lifted to: fields that they have had since then, told with these values and no others. */
const lifted: Readonly<Record<string, string>> = { used: 'null', daily: 'null', alertThresholds: '[0.8]', requireEnforced: 'false' }

const asThen = (field: string, value: unknown): unknown => (lifted[field] === JSON.stringify(value) ? undefined : value)

// A vault as each format was written by the program of its time, with its key; never made anew, only added to.
describe.each(readdirSync(goldens))('a vault of %s', (format) => {
  let folder: string
  const file = (): string => join(folder, 'vault.db')
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lean-vault-golden-'))
    mkdirSync(join(folder, 'key'), { mode: 0o700 })
    cpSync(join(goldens, format, 'vault.db'), file())
    for (const name of readdirSync(join(goldens, format)).filter((entry) => /\.(key|head)$/.test(entry))) {
      cpSync(join(goldens, format, name), join(folder, 'key', name))
      chmodSync(join(folder, 'key', name), 0o600)
    }
    chmodSync(file(), 0o600)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const open = () =>
    promises.openVault({ home: folder, masterKeyFile: join(folder, 'key', 'vault.key'), headFile: join(folder, 'key', 'vault.head') })
  const rows = (sql: string): ReadonlyArray<unknown> => {
    const connection = drivers[0]?.open(file())
    const found = connection?.prepare(sql).all() ?? []
    connection?.close()
    return found.map((row) => ({ ...row }))
  }

  it('is opened, and tells what it told then', async () => {
    const { states, secrets, history } = expectedOf(format)
    for (const time of ['the first', 'the second']) {
      const vault = await open()
      const list = await vault.list({ all: true })
      expect(Object.fromEntries(list.map(({ name, state }) => [name, state])), time).toEqual(states)
      for (const [name, secret] of Object.entries(secrets)) expect(reveal((await vault.get(name)).secret)).toBe(secret)
      expect(JSON.parse(JSON.stringify(await vault.history()), asThen)).toEqual(history)
      await vault.close()
    }
  })

  it(`is lifted to format ${newestFormat} without a change of any event`, async () => {
    const events = 'SELECT rowid, sequence, stream, version, type, schema, at, hex(data) FROM events ORDER BY sequence'
    const before = rows(events)
    await (await open()).close()
    expect(rows('PRAGMA user_version')).toEqual([{ user_version: newestFormat }])
    expect(rows(events)).toEqual(before)
    expect(rows('SELECT count(*) AS n FROM proofs')).toEqual([{ n: before.length }])
  })
})
