import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import { type Bench, makeBench } from './bench.js'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.dispose())

const linesOf = (text: string): ReadonlyArray<string> => text.split('\n').filter((line) => line !== '')

describe('history --follow', () => {
  it('prints what is there and what comes, one document a line, until it is stopped', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    await bench.run(['add', 'first'])
    const ran = await bench.run(['history', '--follow', '--json'], {
      onPause: async (pauses, stop) => {
        if (pauses === 1) await bench.run(['add', 'second'])
        if (pauses === 2) stop('SIGINT')
      },
    })
    expect(ran.exit).toBe(130)
    const entries = linesOf(ran.stdout).map((line) => JSON.parse(line) as { readonly sequence: number; readonly name: string | null })
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, at) => at + 1))
    expect(new Set(entries.map(({ name }) => name))).toEqual(new Set([null, 'first', 'second']))
  })

  it('begins at --since, and is lines for people too', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    bench.advance(3_600_000)
    await bench.run(['add', 'k'])
    const ran = await bench.run(['history', '--follow', '--since', '5m'], { onPause: (_, stop) => stop('SIGTERM') })
    expect(ran.exit).toBe(143)
    expect(ran.stdout).not.toContain('VaultInitialised')
    expect(ran.stdout).toContain('Activated')
  })
})

describe('get-usage --follow', () => {
  it('prints what it reads, one line a key, and survives an outage, until it is stopped', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    await bench.run(['add', 'one', '--monthly-limit', '5'])
    await bench.run(['add', 'two'])
    const ran = await bench.run(['get-usage', '--follow', '--json'], { onPause: (pauses, stop) => (pauses === 2 ? stop('SIGINT') : undefined) })
    expect(ran.exit).toBe(130)
    expect(linesOf(ran.stdout).map((line) => (JSON.parse(line) as { readonly name: string }).name)).toEqual(['one', 'two', 'one', 'two'])
    const text = await bench.run(['get-usage', 'one', '--follow', '--cached'], { onPause: (_, stop) => stop('SIGTERM') })
    expect(text.exit).toBe(143)
    expect(text.stdout).toMatch(/^\d\d:\d\d:\d\d {2}one {2}ok {2}month \$0\.00 of \$5\.00 {2}day \$0\.00 of none\n$/)
    expect((await bench.run(['get-usage', '--follow', '--check'])).exit).toBe(2)
    expect((await bench.run(['get-usage', 'none', '--follow'])).exit).toBe(3)
  })
})

describe('sandbox', () => {
  it('says first where it is, in one line of JSON, and answers until it is stopped', async () => {
    let seen = ''
    const ran = await bench.run(['sandbox', '--json'], {
      onPause: async (_, stop) => {
        const { url, managementKey } = JSON.parse(bench.printed()) as { readonly url: string; readonly managementKey: string }
        const answer = await fetch(`${url}/key`, { headers: { authorization: `Bearer ${managementKey}` } })
        seen = `${answer.status} ${url}`
        stop('SIGINT')
      },
    })
    expect(seen).toMatch(/^200 http:\/\/127\.0\.0\.1:\d+\/api\/v1$/)
    expect(ran.exit).toBe(130)
    expect(linesOf(ran.stdout)).toHaveLength(1)
  })

  it('gives people the lines to paste', async () => {
    const ran = await bench.run(['sandbox', '--fault', 'GET /key:refuse(401)'], { onPause: (_, stop) => stop('SIGINT') })
    expect(ran.stdout).toMatch(/^ {2}export OPENROUTER_BASE_URL=http:\/\/127\.0\.0\.1:\d+\/api\/v1$/m)
    expect(ran.stdout).toMatch(/^ {2}export LEAN_VAULT_MANAGEMENT_KEY=sk-or-v1-[0-9a-f]{64}$/m)
  })

  it('exits 2 when its port is taken', async () => {
    let taken = 0
    let inner: Awaited<ReturnType<Bench['run']>> | null = null
    await bench.run(['sandbox', '--json'], {
      onPause: async (_, stop) => {
        taken = Number(/127\.0\.0\.1:(\d+)/.exec(bench.printed())?.[1])
        inner = await bench.run(['sandbox', '--port', String(taken)])
        stop('SIGINT')
      },
    })
    expect(inner).toMatchObject({ exit: 2, stdout: '' })
  })
})

describe('reconcile', () => {
  it('reports a key that bears our mark and is not ours, and destroys it only by hash', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    await bench.run(['add', 'k'])
    const [key] = bench.world.account.keys.values()
    if (key === undefined) throw new Error('no key')
    const stray = { ...key, hash: 'cd'.repeat(32), name: key.name.replace(/[0-9a-f]{32}\]$/, `${'9'.repeat(32)}]`) }
    changeAccount(bench.world, bench.now(), (account) => ({ ...account, keys: new Map([...account.keys, [stray.hash, stray]]) }))
    const report = await bench.run(['reconcile', '--json'])
    expect(report.exit).toBe(0)
    expect(JSON.parse(report.stdout)).toMatchObject({ unheld: [{ hash: stray.hash, remoteName: stray.name }] })
    expect(bench.world.account.keys.has(stray.hash)).toBe(true)
    expect((await bench.run(['reconcile'])).stdout).toContain(stray.hash)
    const revoked = await bench.run(['reconcile', '--revoke', stray.hash])
    expect(revoked).toMatchObject({ exit: 0 })
    expect(bench.world.account.keys.has(stray.hash)).toBe(false)
    expect(bench.world.account.keys.has(key.hash)).toBe(true)
  })
})

describe('a terminal', () => {
  it('gets colours, unless NO_COLOR or a pipe forbids them; FORCE_COLOR brings them', async () => {
    const red = '\u001b[31merror\u001b[0m: '
    const stderr = async (env: Record<string, string>, columns?: number): Promise<string> =>
      (await bench.run(['list'], { env, ...(columns === undefined ? {} : { columns }) })).stderr
    expect(await stderr({ NO_COLOR: '' }, 80)).toContain(red)
    expect(await stderr({ NO_COLOR: '' })).not.toContain('\u001b')
    expect(await stderr({ NO_COLOR: '1', FORCE_COLOR: '1' }, 80)).not.toContain('\u001b')
    expect(await stderr({ NO_COLOR: '', FORCE_COLOR: '1' })).toContain(red)
    expect(await stderr({ NO_COLOR: '', FORCE_COLOR: '0' }, 80)).not.toContain('\u001b')
    expect(await stderr({ NO_COLOR: '', TERM: 'dumb' }, 80)).not.toContain('\u001b')
  })

  it('is asked nothing with --no-input, nor on a build machine', async () => {
    for (const given of [{ argv: ['--no-input'], env: {} }, { argv: [], env: { CI: 'true' } }]) {
      const ran = await bench.run(['init', ...given.argv], { columns: 80, env: given.env })
      expect(ran).toMatchObject({ exit: 2, requests: 0 })
      expect(ran.stderr).toContain('LEAN_VAULT_MANAGEMENT_KEY')
    }
    expect(bench.questions).toEqual([])
  })

  it('sees advice that --quiet drops', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    expect((await bench.run(['add', 'a', '--monthly-limit', '1'], { columns: 80 })).stderr).toContain('lean-vault get a')
    expect((await bench.run(['add', 'b', '--monthly-limit', '1', '--quiet'], { columns: 80 })).stderr).toBe('')
    expect((await bench.run(['add', 'c', '--monthly-limit', '1', '--json'], { columns: 80 })).stderr).toBe('')
    expect((await bench.run(['add', 'd', '--quiet'], { columns: 80 })).stderr).toContain('warning: d is uncapped')
  })

  it('is not warned of a key that does not come to be', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    await bench.run(['add', 'a', '--monthly-limit', '1'])
    const taken = await bench.run(['add', 'a'], { columns: 80 })
    expect(taken.exit).toBe(4)
    expect(taken.stderr).not.toContain('uncapped')
    expect((await bench.run(['add', 'a', '--if-missing'], { columns: 80 })).stderr).not.toContain('uncapped')
  })

  it('sees each request with --debug, and no credential', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    const { stderr } = await bench.run(['add', 'a', '--debug'], { faults: 'PATCH /keys/*:lost-after@1' })
    expect(stderr).toMatch(/^debug: POST \/keys -> 201, \d+ ms$/m)
    expect(stderr).toMatch(/^debug: PATCH \/keys\/[0-9a-f]{64} -> connection lost, \d+ ms$/m)
    expect(stderr).not.toContain('Bearer')
  })
})
