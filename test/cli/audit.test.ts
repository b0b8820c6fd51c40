import { chmodSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { drivers } from '../adapters/sqlite-log/fresh-folder.js'
import { type Bench, makeBench } from './bench.js'

let bench: Bench
const headOf = (text: string): string => /^Note this down.*: (\d+:[0-9a-f]{64})$/m.exec(text)?.[1] ?? ''
const file = (): string => join(bench.home, 'vault.db')
const raw = (sql: string): void => {
  const connection = drivers[0]?.open(file())
  connection?.exec(`DROP TRIGGER IF EXISTS events_are_not_changed; DROP TRIGGER IF EXISTS events_are_not_deleted; ${sql}`)
  connection?.close()
}

beforeEach(async () => {
  bench = makeBench()
  await bench.run(['init'], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })
  for (const name of ['a', 'bb']) await bench.run(['add', name])
})
afterEach(() => bench.dispose())

describe('audit verify', () => {
  it('tells an intact vault, and what to note down', async () => {
    const { stdout, exit, requests } = await bench.run(['audit', 'verify'])
    expect([exit, requests]).toEqual([0, 0])
    expect(stdout).toMatch(/^Intact: \d+ records in 3 streams, 3 sealed secrets\.\nThe head that is remembered outside is this one\.\n/)
    const json = JSON.parse((await bench.run(['audit', 'verify', '--json'])).stdout) as Record<string, unknown>
    expect(json).toMatchObject({ intact: true, at: headOf(stdout), damage: [], damagedStreams: [], sealedHead: 'matches' })
  })

  it('holds the vault against what was noted down, also when it has grown since', async () => {
    const at = headOf((await bench.run(['audit', 'verify'])).stdout)
    await bench.run(['add', 'ccc'])
    expect((await bench.run(['audit', 'verify', '--expect', at])).exit).toBe(0)
    const other = at.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    for (const wrong of [other, `9999${at}`]) {
      const { stdout, exit } = await bench.run(['audit', 'verify', '--expect', wrong])
      expect([exit, stdout]).toEqual([9, expect.stringContaining('expected head: ')])
    }
    for (const nonsense of ['soon', `0:${'0'.repeat(64)}`, at.toUpperCase().replace(/^\d+/, '1.5')])
      expect((await bench.run(['audit', 'verify', '--expect', nonsense])).exit).toBe(2)
  })

  it('names the event that was changed, what is lost and what is still readable, and the rest works', async () => {
    raw(`UPDATE events SET data = replace(data, ',', ', ') WHERE stream = 'key/a' AND version = 2`)
    const { stdout, exit, stderr } = await bench.run(['audit', 'verify'])
    expect(exit).toBe(9)
    expect(stdout).toContain('  key/a, event 2: is missing or is not what was written\n')
    expect(stdout).toMatch(/ {2}key\/a: readable events 1, 3-\d+; lost 2\n/)
    expect(stdout).not.toContain('key/bb')
    expect(stderr).toContain('restore a backup')
    expect((await bench.run(['get', 'a'])).exit).toBe(8)
    expect((await bench.run(['get', 'bb'])).exit).toBe(0)
    const json = JSON.parse((await bench.run(['audit', 'verify', '--json'])).stdout) as Record<string, unknown>
    expect(json).toMatchObject({ intact: false, damagedStreams: [{ stream: 'key/a', lost: [2] }] })
  })

  it('raises an alert once for the same damage, and again for another', async () => {
    await bench.run(['alerts', 'add-channel', 'file', '--jsonl', join(bench.folder, 'told.jsonl')])
    const told = () => readFileSync(join(bench.folder, 'told.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as unknown)
    raw(`UPDATE events SET data = replace(data, ',', ', ') WHERE stream = 'key/a' AND version = 2`)
    const first = await bench.run(['audit', 'verify'])
    expect(first.stdout).toMatch(/An alert is raised: 1 delivered, 0 failed\.\n$/)
    const again = JSON.parse((await bench.run(['audit', 'verify', '--json'])).stdout) as Record<string, unknown>
    expect(again).toMatchObject({ intact: false, alert: { recorded: true, raised: 0, delivered: 0 } })
    expect(told()).toHaveLength(1)
    expect(JSON.stringify(told())).toMatch(/audit-failure.*does not prove itself: file: .*, and 1 more/)
    raw(`UPDATE events SET data = replace(data, ',', ', ') WHERE stream = 'key/bb' AND version = 2`)
    expect((await bench.run(['audit', 'verify'])).stdout).toContain('1 delivered')
    expect(told()).toHaveLength(2)
  })

  it('tells the channels directly where the log takes no alert, and says where nobody can be told', async () => {
    await bench.run(['alerts', 'add-channel', 'file', '--jsonl', join(bench.folder, 'told.jsonl')])
    raw(`UPDATE events SET data = replace(data, ',', ', ') WHERE stream = 'key/a' AND version = 2; CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no'); END`)
    expect((await bench.run(['audit', 'verify'])).stdout).toContain('The log takes no alert, so it went to the channels directly: 1 delivered, 0 failed.')
    expect(readFileSync(join(bench.folder, 'told.jsonl'), 'utf8')).toContain('audit-failure')
    truncateSync(file(), 5000)
    const broken = await bench.run(['audit', 'verify'])
    expect([broken.exit, broken.stdout]).toEqual([9, expect.stringContaining('No alert was raised or sent')])
  })

  it.each([
    ['a secret that is gone', `DELETE FROM sealed WHERE stream = 'key/bb'`, /key\/bb: its sealed secret 1 of bb#1 is missing/],
    ['a secret that nobody named', `INSERT INTO sealed SELECT stream, owner, 2, key_id, bytes FROM sealed WHERE stream = 'key/a'`, /key\/a: holds a sealed secret/],
    ['a trigger that is gone', '', /file: a table, an index or a trigger/],
    ['a stream that is gone', `DELETE FROM events WHERE stream = 'key/a'; DELETE FROM heads WHERE stream = 'key/a'`, /log: records are missing/],
    ['a cut end', `DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events)`, /key\/bb, event \d+: is missing/],
  ])('finds %s', async (_case, sql, found) => {
    raw(sql)
    const { stdout, exit } = await bench.run(['audit', 'verify'])
    expect([exit, stdout]).toEqual([9, expect.stringMatching(found)])
  })

  it('finds an old copy of the folder, and every command refuses it', async () => {
    const old = join(bench.folder, 'old')
    cpSync(bench.home, old, { recursive: true })
    await bench.run(['add', 'ccc'])
    rmSync(bench.home, { recursive: true })
    cpSync(old, bench.home, { recursive: true })
    chmodSync(bench.home, 0o700)
    const { stdout, exit } = await bench.run(['audit', 'verify'])
    expect([exit, stdout]).toEqual([9, expect.stringContaining('sealed head: the log is older')])
    const refused = await bench.run(['list'])
    expect([refused.exit, refused.stderr]).toEqual([8, expect.stringContaining('older than its sealed head')])
  })

  it.each(['the vault', 'its copy'])('lets of a vault and a copy beside it only the one go on that was written: %s', async (written) => {
    const copy = join(bench.folder, 'copy')
    cpSync(bench.home, copy, { recursive: true })
    chmodSync(copy, 0o700)
    const [goesOn, refused] = written === 'the vault' ? [bench.home, copy] : [copy, bench.home]
    expect((await bench.run(['--home', goesOn, 'tag', 'a', 'a=b'])).exit).toBe(0)
    expect((await bench.run(['--home', goesOn, 'tag', 'a', 'a=c'])).exit).toBe(0)
    const told = await bench.run(['--home', refused, 'tag', 'a', 'b=c'])
    expect([told.exit, told.stderr]).toEqual([8, expect.stringContaining('this vault was copied')])
  })

  it('tells what it can of a file that does not open for damage', async () => {
    truncateSync(file(), 5000)
    const { stdout, exit } = await bench.run(['audit', 'verify'])
    expect([exit, stdout]).toEqual([9, expect.stringContaining('file: ')])
    writeFileSync(file(), 'x'.repeat(9000))
    expect((await bench.run(['audit', 'verify'])).exit).toBe(9)
  })

  it('exits 8 where nothing can be checked', async () => {
    rmSync(bench.home, { recursive: true })
    expect((await bench.run(['audit', 'verify'])).exit).toBe(8)
  })
})
