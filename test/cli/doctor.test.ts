import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { type DashboardEdit, editKey } from '../../src/adapters/simulated-openrouter/dashboard.js'
import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { type Bench, makeBench } from './bench.js'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.dispose())

interface Found {
  readonly check: string
  readonly severity: string
  readonly found: string
  readonly remedy: string | null
}

const examined = async (more: Parameters<Bench['run']>[1] = {}): Promise<{ readonly exit: number; readonly of: (check: string) => Found }> => {
  const { exit, stdout } = await bench.run(['doctor', '--json'], more)
  const { findings, problems } = JSON.parse(stdout) as { readonly findings: ReadonlyArray<Found>; readonly problems: number }
  expect(exit).toBe(problems === 0 ? 0 : 9)
  for (const { severity, remedy } of findings) if (severity === 'problem' || severity === 'warning') expect(remedy).not.toBeNull()
  return { exit, of: (check) => findings.find((each) => each.check === check) ?? { check, severity: 'missing', found: '', remedy: null } }
}

const severities = async (more: Parameters<Bench['run']>[1], ...checks: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { of } = await examined(more)
  return checks.map((check) => of(check).severity)
}

const init = async (...flags: ReadonlyArray<string>): Promise<void> => {
  expect((await bench.run(['init', ...flags], { stdin: bench.managementKey })).exit).toBe(0)
  expect((await bench.run(['add', 'k'])).exit).toBe(0)
}

describe('doctor', () => {
  it('works with no vault, and says what it could not look at', async () => {
    const { exit, of } = await examined()
    expect(exit).toBe(0)
    expect(of('vault')).toMatchObject({ severity: 'unknown', remedy: 'lean-vault init makes one.' })
    expect(of('driver').severity).toBe('ok')
  })

  it('finds nothing wrong with a sound vault', async () => {
    await init()
    const checks = ['node', 'driver', 'vault', 'disk', 'vault key', 'key ring', 'unfinished work', 'account', 'unheld keys', 'drift']
    expect(await severities({}, ...checks)).toEqual(checks.map(() => 'ok'))
    const { stdout } = await bench.run(['doctor'])
    expect(stdout).toMatch(/^ok {7}node: /)
    const atTerminal = (await bench.run(['doctor'], { columns: 60 })).stdout.split('\n')
    expect(atTerminal.filter((line) => line.length > 60 && line.trim().includes(' '))).toEqual([])
  })

  it('works without the vault key', async () => {
    await init()
    rmSync(join(bench.folder, 'config'), { recursive: true })
    const { exit, of } = await examined()
    expect(exit).toBe(9)
    expect(of('vault key')).toMatchObject({ severity: 'problem' })
    expect(of('account').severity).toBe('unknown')
  })

  it('works without the passphrase, and asks nobody', async () => {
    const env = { LEAN_VAULT_PASSPHRASE: 'a long passphrase' }
    expect((await bench.run(['init', '--passphrase'], { env, stdin: bench.managementKey })).exit).toBe(0)
    expect(await severities({ columns: 80 }, 'key ring')).toEqual(['unknown'])
    expect(bench.questions).toEqual([])
    expect(await severities({ env }, 'key ring', 'account')).toEqual(['ok', 'ok'])
  })

  it('works without the network', async () => {
    await init()
    expect(await severities({ faults: '*:refused-connection', env: { LEAN_VAULT_RETRY_BUDGET_MS: '0' } }, 'account', 'clock', 'unfinished work')).toEqual(['unknown', 'unknown', 'ok'])
  })

  it('tells loose permissions, a mistake in config.yaml, and a key beside the data', async () => {
    await init('--key-beside-data')
    expect(await severities({}, 'vault key')).toEqual(['warning'])
    chmodSync(bench.home, 0o755)
    expect(await severities({}, 'vault')).toEqual([process.getuid === undefined ? 'ok' : 'problem'])
    chmodSync(bench.home, 0o700)
    writeFileSync(join(bench.home, 'config.yaml'), 'nonsense: 1\n')
    expect(await severities({}, 'settings')).toEqual(['problem'])
  })

  it('tells of a watcher that has stopped, and whose limits nobody enforces without one', async () => {
    bench.dispose()
    bench = makeBench({ settings: { refuseGuardrails: true } })
    await init()
    expect(await severities({}, 'watcher')).toEqual(['ok'])
    await bench.run(['add', 'daily', '--monthly-limit', '5', '--daily-limit', '1'])
    const { of } = await examined()
    expect(of('watcher')).toMatchObject({ severity: 'problem', found: 'No watcher was ever at work. Nobody enforces the daily limit of daily.' })
    await bench.run(['watch', '--once'])
    expect(await severities({}, 'watcher')).toEqual(['ok'])
    bench.advance(3_600_000)
    expect(await severities({}, 'watcher')).toEqual(['problem'])
    await bench.run(['remove', 'daily', '--yes'])
    expect(await severities({}, 'watcher')).toEqual(['ok'])
    bench.advance(2 * 86_400_000)
    expect(await severities({}, 'watcher')).toEqual(['warning'])
  })

  it('tells what is owed, and what others changed', async () => {
    await init()
    await bench.run(['add', 'owed'])
    await bench.run(['remove', 'owed', '--force', '--yes'], { faults: 'DELETE /keys/*:refuse(403)', env: { LEAN_VAULT_RETRY_BUDGET_MS: '0' } })
    const { exit, of } = await examined()
    expect(exit).toBe(9)
    expect(of('unfinished work')).toMatchObject({ severity: 'problem', remedy: 'lean-vault reconcile' })
    expect(of('unfinished work').found).toContain('owed')
  })

  it('takes what waits for a date for no debt before that date, and for one after it', async () => {
    await init()
    await bench.run(['add', 'bounded', '--monthly-limit', '5'])
    const rotated = await bench.run(['rotate', 'bounded', '--yes'], { columns: 80 })
    expect([rotated.exit, rotated.stdout.split('\n').filter((line) => line.length > 80)]).toEqual([0, []])
    expect((await examined()).of('unfinished work')).toMatchObject({ severity: 'ok', found: expect.stringContaining('bounded') as string })
    bench.advance(32 * 86_400_000)
    expect((await examined()).of('unfinished work')).toMatchObject({ severity: 'problem', found: expect.stringContaining('bounded') as string })
    expect((await bench.run(['reconcile'])).exit).toBe(0)
    expect((await examined()).of('unfinished work')).toMatchObject({ severity: 'ok', found: 'Nothing is half done or owed.' })
  })

  it('tells what killed commands left half written, and nothing of it once its own remedy was run', async () => {
    await init()
    const keys = join(bench.folder, 'config', 'lean-vault')
    const [key = ''] = readdirSync(keys).filter((name) => name.endsWith('.key'))
    const hex = '0123456789ab'
    const left = [`${bench.home}.restoring-${hex}`, join(bench.home, `config.yaml.${hex}.tmp`), join(keys, `.${key}.${hex}`)]
    for (const path of left) {
      if (path.includes('restoring')) mkdirSync(path)
      else writeFileSync(path, '', { mode: 0o600 })
    }
    expect((await examined()).of('left behind').severity).toBe('missing')
    for (const path of left) utimesSync(path, 1, 1)
    const { exit, of } = await examined()
    const { found, remedy, severity } = of('left behind')
    expect([exit, severity]).toEqual([0, 'warning'])
    for (const path of left) expect(found).toContain(path)
    execFileSync('sh', ['-c', (remedy ?? '').replace(/^.*: /, '')])
    expect((await examined()).of('left behind').severity).toBe('missing')
    expect(await severities({}, 'vault', 'vault key', 'key ring')).toEqual(['ok', 'ok', 'ok'])
  })

  it('tells a clock that is off, by the dates of the answers', async () => {
    await init()
    expect(await severities({}, 'clock')).toEqual(['ok'])
    const { of } = await examined({ skew: 600_000 })
    expect(of('clock')).toMatchObject({ severity: 'problem', found: 'This clock and that of OpenRouter are 600 s apart.', remedy: 'Set this clock by a time server.' })
  })

  it('tells what was changed elsewhere, and nothing of it once its own remedies were run', async () => {
    await init()
    for (const name of ['looser', 'tighter', 'deleted']) await bench.run(['add', name, '--monthly-limit', '5'])
    const hashOf = (name: string): string => [...bench.world.account.keys.values()].find((key) => key.name.startsWith(name))?.hash ?? ''
    const edit = (name: string, change: DashboardEdit): void => changeAccount(bench.world, bench.now(), (account) => editKey(account, hashOf(name), change, bench.now()))
    edit('looser', { _tag: 'SetLimit', limit: dollars('9'), reset: 'monthly' })
    edit('tighter', { _tag: 'SetLimit', limit: dollars('1'), reset: 'monthly' })
    edit('deleted', { _tag: 'Delete' })
    const { exit, of } = await examined()
    expect([exit, of('drift').severity]).toEqual([9, 'problem'])
    expect(of('drift').remedy).toMatch(/reconcile.* resume <name>.* remove <name>/)
    await bench.run(['reconcile'])
    expect((await examined()).of('drift').found).not.toContain('looser')
    await bench.run(['resume', 'tighter'])
    await bench.run(['remove', 'deleted', '--yes'])
    expect(await severities({}, 'drift', 'unfinished work')).toEqual(['ok', 'ok'])
    expect(bench.world.account.keys.get(hashOf('tighter'))?.limit).toBe(dollars('5'))
  })

  it('tells a key that bears our mark and is not in the log, and either remedy ends that', async () => {
    await init()
    const [key] = [...bench.world.account.keys.values()]
    if (key === undefined) throw new Error('there is no key')
    const twins = ['a', 'b'].map((digit) => ({ ...key, hash: digit.repeat(64), name: key.name.replace(/:[0-9a-f]{32}\]/, `:${digit.repeat(32)}]`) }))
    changeAccount(bench.world, bench.now(), (account) => ({ ...account, keys: new Map([...account.keys, ...twins.map((twin) => [twin.hash, twin] as const)]) }))
    const { of } = await examined()
    expect(of('unheld keys')).toMatchObject({ severity: 'problem', remedy: 'lean-vault reconcile --revoke <hash>, or --adopt <hash>' })
    for (const { hash } of twins) expect(of('unheld keys').found).toContain(hash)
    expect((await bench.run(['reconcile', '--revoke', 'a'.repeat(64)])).stdout).toContain('evoked')
    expect((await bench.run(['reconcile', '--adopt', 'b'.repeat(64)])).exit).toBe(0)
    expect(await severities({}, 'unheld keys')).toEqual(['ok'])
  })

  it('tells a management key that is accepted no more', async () => {
    await init()
    const { managementKeys } = bench.world.account
    changeAccount(bench.world, bench.now(), (account) => ({ ...account, managementKeys: new Map() as never }))
    expect((await examined()).of('account')).toMatchObject({ severity: 'problem', remedy: 'lean-vault credentials set' })
    changeAccount(bench.world, bench.now(), (account) => ({ ...account, managementKeys }))
    expect(await severities({}, 'account')).toEqual(['ok'])
  })
})
