import { createSecretKey } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { OwnKeychain } from '../../../src/adapters/composition/options.js'
import { promises } from '../../../src/adapters/composition/promises.js'
import { reveal, secret } from '../../../src/application/secret.js'

const goldens = join(import.meta.dirname, 'golden-keys')

interface Expected {
  readonly secret: string
  readonly passphrase?: string
  readonly identity?: string
  /** What the keychain holds: the key as it is written into an entry. */
  readonly entry?: { readonly account: string; readonly key: string }
}

const missing = { _tag: 'KeychainError', reason: 'missing', message: 'there is no such entry' }

/** A keychain that holds this entry and takes no other. */
const keychainWith = (entry: Expected['entry']): OwnKeychain => ({
  store: () => TE.left(missing),
  lookup: (account) => (entry?.account === account ? TE.right(createSecretKey(Buffer.from(entry.key, 'base64url'))) : TE.left(missing)),
  clear: () => TE.left(missing),
})

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

  const open = ({ passphrase, identity, entry }: Partial<Expected>) => {
    const [head, own] = [join(folder, 'vault', 'vault.head'), identity === undefined ? undefined : join(folder, 'vault', identity)]
    return promises.openVault({
      home: join(folder, 'vault'),
      masterKeyFile: join(folder, 'none'),
      overrides: { keychain: keychainWith(entry) },
      ...(existsSync(head) ? { headFile: head } : {}),
      ...(own === undefined ? {} : { identityFile: own }),
      ...(passphrase === undefined ? {} : { passphrase: () => Promise.resolve(secret(passphrase)) }),
    })
  }

  it('is opened by it, and hands out what was sealed then', async () => {
    const vault = await open(expected)
    expect(reveal((await vault.get('kept')).secret)).toBe(expected.secret)
    expect((await vault.list()).map(({ name, state }) => [name, state])).toEqual([['kept', 'active']])
    await vault.close()
  })

  const others: Readonly<Record<string, Partial<Expected>>> = {
    passphrase: { passphrase: 'another passphrase' },
    keychain: { entry: { account: expected.entry?.account ?? '', key: Buffer.alloc(32, 7).toString('base64url') } },
  }

  it('is opened by nothing else', async () => {
    await expect((async () => (await open({})).get('kept'))()).rejects.toMatchObject({ name: 'VaultFailure' })
    const handed = async (): Promise<unknown> => (await open({ ...others[source] })).get('kept')
    await expect(handed()).rejects.toMatchObject({ name: 'VaultFailure' })
  })
})
