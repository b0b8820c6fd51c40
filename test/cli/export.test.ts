import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { editKey } from '../../src/adapters/simulated-openrouter/dashboard.js'
import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import { type Bench, makeBench } from './bench.js'

let bench: Bench
let file: string
const asOwner = () => ({ env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })

beforeEach(async () => {
  bench = makeBench()
  file = join(bench.folder, 'keys.txt')
  await bench.run(['init'], asOwner())
  await bench.run(['add', 'my-key', '--monthly-limit', '12.5', '--tag', 'team=web', '--tag', 'purpose=a: b # c'])
  await bench.run(['add', 'my.key'])
})
afterEach(() => bench.dispose())

/** Another vault of the same account. */
const elsewhere = (): ReadonlyArray<string> => ['--home', join(bench.folder, 'other')]

const picture = async (home: ReadonlyArray<string>): Promise<unknown> => {
  const { stdout } = await bench.run(['list', '--json', ...home])
  const keys: ReadonlyArray<Record<string, unknown>> = JSON.parse(stdout)
  return keys.map(({ name, hash, state, limits, tags }) => ({ name, hash, state, limits, tags }))
}

describe('an export with secrets', () => {
  it.each([['--yaml', '--yaml'], ['--json', '--yaml'], ['--dotenv', '--dotenv']])('by %s gives the same keys in an empty vault', async (out, back) => {
    const before = await picture([])
    const exported = await bench.run(['export', out, '--with-secrets', '--yes'])
    expect(exported).toMatchObject({ exit: 0, requests: 0 })
    writeFileSync(file, exported.stdout)
    await bench.run(['init', ...elsewhere()], asOwner())
    const changes = bench.world.journal.length
    const taken = await bench.run(['import', back, file, ...elsewhere()])
    expect(taken.exit).toBe(0)
    expect(bench.world.journal.slice(changes).every(({ method }) => method === 'GET')).toBe(true)
    const after = await picture(elsewhere())
    expect(after).toEqual(
      out === '--dotenv' ? (before as ReadonlyArray<object>).map((key) => ({ ...key, tags: {} })) : before,
    )
    for (const name of ['my-key', 'my.key'])
      expect((await bench.run(['get', name, ...elsewhere()])).stdout).toBe((await bench.run(['get', name])).stdout)
    const again = await bench.run(['import', back, file, ...elsewhere(), '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ imported: [], failed: [], gone: [] })
  })
})

describe('an export without secrets', () => {
  it.each([['--yaml', '--yaml'], ['--json', '--yaml'], ['--dotenv', '--dotenv']])('by %s shows none, is known again here and opens nowhere else', async (out, back) => {
    const exported = await bench.run(['export', out])
    const secrets = await Promise.all(['my-key', 'my.key'].map(async (name) => (await bench.run(['get', name])).stdout))
    expect(secrets.some((each) => exported.stdout.includes(each))).toBe(false)
    expect(exported.stdout).toContain('lean-vault-sealed:')
    writeFileSync(file, exported.stdout)
    const here = await bench.run(['import', back, file, '--json'])
    expect(here.exit).toBe(0)
    expect(JSON.parse(here.stdout)).toMatchObject({ imported: [], failed: [], unchanged: [{ name: 'my-key' }, { name: 'my.key' }] })
    await bench.run(['init', ...elsewhere()], asOwner())
    const there = await bench.run(['import', back, file, '--json', ...elsewhere()])
    expect(there.exit).toBe(7)
    expect(JSON.parse(there.stdout)).toMatchObject({ imported: [], failed: [{ from: 'my-key' }, { from: 'my.key' }] })
  })

  it('brings back a key that was left alive, and is refused when its text was tampered with', async () => {
    writeFileSync(file, (await bench.run(['export', '--yaml'])).stdout)
    const { stdout: before } = await bench.run(['get', 'my-key'])
    await bench.run(['remove', 'my-key', '--local-only', '--yes'])
    const taken = await bench.run(['import', '--yaml', file, '--json'])
    expect(JSON.parse(taken.stdout)).toMatchObject({ imported: [{ name: 'my-key' }], failed: [] })
    expect((await bench.run(['get', 'my-key'])).stdout).toBe(before)
    await bench.run(['remove', 'my-key', '--local-only', '--yes'])
    const swapped = (await bench.run(['export', '--yaml'])).stdout.replaceAll('my.key', 'my-key')
    writeFileSync(file, swapped)
    expect(JSON.parse((await bench.run(['import', '--yaml', file, '--json'])).stdout)).toMatchObject({ imported: [], failed: [{ from: 'my-key' }] })
  })
})

describe('an import of a document', () => {
  it('tells limits that differ and applies none', async () => {
    const [hash = ''] = [...bench.world.account.keys.keys()]
    const { stdout } = await bench.run(['export', '--yaml', '--with-secrets', '--yes'])
    changeAccount(bench.world, bench.now(), (account) => editKey(account, hash, { _tag: 'SetDisabled', disabled: true }, bench.now()))
    await bench.run(['init', ...elsewhere()], asOwner())
    writeFileSync(file, stdout.replace('monthly_spend: 12.5', 'monthly_spend: 99'))
    const taken = await bench.run(['import', '--yaml', file, ...elsewhere()])
    expect(taken.stdout).toContain('the document says 99 USD a month, in force is 12.5')
    expect(taken.stdout).toContain('suspended')
    expect(await picture(elsewhere())).toMatchObject([{ name: 'my-key', limits: { monthlySpend: 12.5 }, state: 'suspended' }, { name: 'my.key' }])
  })

  it('maps names that are not valid here, and takes no tags that look like a secret', async () => {
    const { stdout } = await bench.run(['export', '--yaml', '--with-secrets', '--yes'])
    await bench.run(['init', ...elsewhere()], asOwner())
    writeFileSync(file, stdout.replace('my-key:', '"team alpha/prod":').replace('team: "web"', 'team: "sk-or-v1-0123456789abcdef"'))
    const taken = await bench.run(['import', '--yaml', file, ...elsewhere()])
    expect(taken.stdout).toContain('team-alpha-prod (was "team alpha/prod"): active; its tags were not taken')
  })

  it('names a key without its secret that is not here', async () => {
    writeFileSync(file, `x: {value: null, id: "${'0'.repeat(64)}"}\n`)
    const taken = await bench.run(['import', '--yaml', file])
    expect(taken).toMatchObject({ exit: 7 })
    expect(taken.stdout).toContain('reconcile --adopt')
  })
})
