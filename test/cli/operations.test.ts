import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { logLine } from '../../src/cli/log-line.js'
import { type Bench, makeBench } from './bench.js'

let bench: Bench
beforeAll(async () => {
  bench = makeBench()
  await bench.run(['init'], { stdin: bench.managementKey })
  await bench.run(['add', 'held', '--monthly-limit', '5'])
})
afterAll(() => bench.dispose())

describe('the health file of watch', () => {
  const file = (): string => join(bench.folder, 'health.json')
  const watch = (faults = '') => bench.run(['watch', '--once', '--health-file', 'health.json'], { faults, env: { LEAN_VAULT_RETRY_BUDGET_MS: '0' } })

  it('is not written of a pass that failed, and then of one that did not', async () => {
    await watch('*:refused-connection')
    expect(existsSync(file())).toBe(false)
    await watch()
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ at: expect.stringMatching(/Z$/) as string, state: 'passed', keys: 1, outstanding: 0 })
  })

  it('keeps its age when a later pass fails', async () => {
    const before = readFileSync(file(), 'utf8')
    bench.advance(60_000)
    await watch('*:refused-connection')
    expect(readFileSync(file(), 'utf8')).toBe(before)
  })

  it('that cannot be written is a warning, and the pass counts', async () => {
    const { exit, stderr } = await bench.run(['watch', '--once', '--health-file', 'no/such/folder/health'])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'warning: the health file was not written: ENOENT\n' })
  })
})

describe('what --json writes to stderr', () => {
  const logged = (stderr: string): ReadonlyArray<unknown> => stderr.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)

  it('is a document a line: warnings, requests, and the error at the end', async () => {
    await bench.run(['suspend', 'held'])
    const { stderr } = await bench.run(['get', 'held', '--json'])
    expect(logged(stderr)).toEqual([{ log: { level: 'warning', at: expect.stringMatching(/Z$/) as string, message: expect.stringContaining('suspended') as string } }])
    const refused = await bench.run(['resume', 'held', '--json', '--debug'], { faults: 'PATCH /keys/*:refuse(403)' })
    const lines = logged(refused.stderr)
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.slice(0, -1)).toEqual(lines.slice(0, -1).map(() => ({ log: expect.objectContaining({ level: 'debug', method: expect.any(String) as string, milliseconds: expect.any(Number) as number }) as unknown })))
    expect(lines.at(-1)).toMatchObject({ error: { tag: 'RemoteRefused' } })
  })

  it('holds nothing that looks like a secret', () => {
    const secret = `sk-or-v1-${'ab'.repeat(32)}`
    expect(logLine('debug', 0, { path: `/keys/${secret}` })).not.toContain(secret)
    expect(JSON.parse(logLine('warning', 0, { message: secret }))).toMatchObject({ log: { level: 'warning', at: '1970-01-01T00:00:00.000Z' } })
  })
})
