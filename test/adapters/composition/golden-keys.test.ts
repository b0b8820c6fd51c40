import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { promises } from '../../../src/adapters/composition/promises.js'
import { reveal, secret } from '../../../src/application/secret.js'

const goldens = join(import.meta.dirname, 'golden-keys')

interface Expected {
  readonly secret: string
  readonly passphrase?: string
  readonly identity?: string
}

// Vaults of format 2 as they were once written, each with another source of its key; a key file has the vaults of golden-vaults.test.ts.
describe.each(readdirSync(goldens))('a vault whose key comes from a %s', (source) => {
  const expected = JSON.parse(readFileSync(join(goldens, source, 'expected.json'), 'utf8')) as Expected
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lean-vault-golden-'))
    mkdirSync(join(folder, 'vault'), { mode: 0o700 })
    cpSync(join(goldens, source), join(folder, 'vault'), { recursive: true })
    chmodSync(join(folder, 'vault'), 0o700)
    for (const name of readdirSync(join(folder, 'vault'))) chmodSync(join(folder, 'vault', name), 0o600)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (passphrase: string | undefined, identity: string | undefined) => {
    const [head, own] = [join(folder, 'vault', 'vault.head'), identity === undefined ? undefined : join(folder, 'vault', identity)]
    return promises.openVault({
      home: join(folder, 'vault'),
      masterKeyFile: join(folder, 'none'),
      ...(existsSync(head) ? { headFile: head } : {}),
      ...(own === undefined ? {} : { identityFile: own }),
      ...(passphrase === undefined ? {} : { passphrase: () => Promise.resolve(secret(passphrase)) }),
    })
  }

  it('is opened by it, and hands out what was sealed then', async () => {
    const vault = await open(expected.passphrase, expected.identity)
    expect(reveal((await vault.get('kept')).secret)).toBe(expected.secret)
    expect((await vault.list()).map(({ name, state }) => [name, state])).toEqual([['kept', 'active']])
    await vault.close()
  })

  it('is opened by nothing else', async () => {
    const handed = async (): Promise<unknown> => (await open(expected.passphrase === undefined ? undefined : 'another passphrase', undefined)).get('kept')
    await expect(handed()).rejects.toMatchObject({ name: 'VaultFailure' })
  })
})
