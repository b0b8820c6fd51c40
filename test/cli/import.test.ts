import { createHash } from 'node:crypto'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { handle } from '../../src/adapters/simulated-openrouter/handle.js'
import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import { writeGoVault } from '../adapters/go-vault/go-vault-writer.js'
import { type Bench, makeBench } from './bench.js'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** The secret of a key that somebody makes on the site of OpenRouter. */
const makeRemote = (bench: Bench, name: string): string => {
  let secret = ''
  changeAccount(bench.world, 0, (account) => {
    const body = JSON.stringify({ name, limit: 5, limit_reset: 'monthly' })
    const handled = handle(sha256, account, { method: 'POST', path: '/keys', query: {}, bearer: bench.managementKey, body }, 0)
    const read: { readonly key: string } = JSON.parse(handled.response.body)
    secret = read.key
    return handled.account
  })
  return secret
}

let bench: Bench
beforeEach(async () => {
  bench = makeBench()
  await bench.run(['init'], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })
})
afterEach(() => bench.dispose())

describe('import', () => {
  it('takes a key from standard input and hands it out again', async () => {
    const secret = makeRemote(bench, 'elsewhere')
    const taken = await bench.run(['import', '--key-stdin', 'ci-bot', '--json'], { stdin: `${secret}\n` })
    expect(taken).toMatchObject({ exit: 0 })
    expect(JSON.parse(taken.stdout)).toMatchObject({ name: 'ci-bot', outcome: 'added', remote: 'live' })
    expect(taken.stdout + taken.stderr).not.toContain(secret)
    expect((await bench.run(['get', 'ci-bot'])).stdout).toBe(secret)
    expect((await bench.run(['import', '--key-stdin', 'ci-bot'], { stdin: secret })).stdout).toContain('Nothing to do')
  })

  it('takes a vault of the Go tool, tells each key, and exits 7 while one could not be taken', async () => {
    const folder = join(bench.home, '..', 'old')
    writeGoVault(folder, {
      _MAIN_OPENROUTER_PROVISIONING_KEY_: { value: 'sk-or-v1-management' },
      'team alpha/prod': { value: makeRemote(bench, 'a') },
      gone: { value: `sk-or-v1-${'7'.repeat(64)}` },
    })
    const first = await bench.run(['import', '--lean-vault-go', folder])
    expect(first.exit).toBe(0)
    expect(first.stdout).toContain('team-alpha-prod (was "team alpha/prod"): active')
    expect(first.stdout).toContain('Not at OpenRouter any more')
    expect(first.stdout).toContain('management key was not carried over')
    writeGoVault(folder, { words: { value: 'no key' } })
    const second = await bench.run(['import', '--lean-vault-go', folder, '--json'])
    expect(second.exit).toBe(7)
    expect(JSON.parse(second.stdout)).toMatchObject({ imported: [], failed: [{ from: 'words' }] })
  })

  it.each([
    [[], 'Import what?'],
    [['--key-stdin', 'a', '--lean-vault-go', 'b'], 'one thing at a time'],
    [['--key-stdin', '-x'], 'name'],
    [['--lean-vault-go', '/nowhere'], 'is not there'],
  ])('refuses %j', async (words, said) => {
    const ran = await bench.run(['import', ...words], { stdin: 'sk-or-v1-12345678' })
    expect(ran).toMatchObject({ exit: 2, stdout: '' })
    expect(ran.stderr).toContain(said)
  })

  it('of a key that OpenRouter does not have exits 3', async () => {
    expect(await bench.run(['import', '--key-stdin', 'x'], { stdin: `sk-or-v1-${'7'.repeat(64)}` })).toMatchObject({ exit: 3 })
  })
})

describe('reconcile --adopt', () => {
  it('takes in a key without its secret, which get then says', async () => {
    const hash = sha256(makeRemote(bench, 'laptop'))
    const ran = await bench.run(['reconcile', '--adopt', hash])
    expect(ran).toMatchObject({ exit: 0 })
    expect(ran.stdout).toContain(`laptop (${hash})`)
    expect(await bench.run(['get', 'laptop'])).toMatchObject({ exit: 4, stdout: '' })
    expect(await bench.run(['reconcile', '--adopt', hash])).toMatchObject({ exit: 2 })
    expect(await bench.run(['reconcile', '--adopt', hash, '--revoke', hash])).toMatchObject({ exit: 2 })
  })
})
