import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { HttpTransport } from '../../../src/application/ports/http.js'
import { changeVaultKey, initVault, type OpenedVault, openVault, reveal, secret, type VaultKeyChange, type VaultOptions } from '../../../src/index.js'
import { drivers } from '../sqlite-log/fresh-folder.js'
import { left, makePlace, type Place, right } from './place.js'

const cost = 10
const knowing = (text: string): VaultOptions => ({ ...place.options, passphrase: () => Promise.resolve(secret(text)) })

let place: Place
let running: OpenedVault | null = null
beforeEach(() => (place = makePlace()))
afterEach(async () => {
  await running?.close()()
  running = null
  place.dispose()
})

/** A program that opened the vault and goes on with it. */
const start = async (options: VaultOptions = place.options): Promise<OpenedVault> => (running = await right(openVault(options)))

const change = (wanted: VaultKeyChange, options: VaultOptions = place.options) => right(changeVaultKey(options, wanted))

/** Which data key sealed what, and all data keys in their order. */
const keysIn = (): { readonly sealedBy: Readonly<Record<string, unknown>>; readonly ring: ReadonlyArray<unknown> } => {
  const connection = drivers[0]?.open(join(place.home, 'vault.db'))
  const sealed = connection?.prepare('SELECT owner, key_id FROM sealed').all() ?? []
  const ring = connection?.prepare('SELECT key_id FROM keyring ORDER BY position').all() ?? []
  connection?.close()
  return { sealedBy: Object.fromEntries(sealed.map(({ owner, key_id }) => [String(owner), key_id])), ring: ring.map(({ key_id }) => key_id) }
}

const transportOf = ({ options }: Place): HttpTransport => {
  const transport = options.overrides?.transport
  if (transport === undefined) throw new Error('the place has no transport')
  return transport
}

/** All that a running program does: reads what others wrote, writes, hands out, watches, destroys. */
const works = async (vault: OpenedVault, name: string): Promise<void> => {
  await right(vault.add(name, { monthlyLimit: 5 }))
  expect(reveal((await right(vault.get(name))).secret)).toMatch(/^sk-or-v1-/)
  expect(await right(vault.watchOnce())).not.toMatchObject({ state: 'failed' })
  expect((await right(vault.list())).map((key) => key.name)).toContain(name)
  expect(await right(vault.remove(name))).toMatchObject({ outcome: 'removed' })
}

describe('a program that runs on while somebody else changes the vault key', () => {
  it('goes on with the new key, again and again, and reads what others write with it', async () => {
    await right(initVault({ ...place.options, managementKey: place.managementKey }))
    const vault = await start()
    for (const round of [1, 2]) {
      await change({ to: 'rotate' })
      const other = await right(openVault(place.options))
      await right(other.add(`others-${round}`))
      await right(other.close())
      expect(reveal((await right(vault.get(`others-${round}`))).secret)).toMatch(/^sk-or-v1-/)
      await right(vault.add(`own-${round}`))
    }
    await works(vault, 'own')
    expect(await right(vault.history())).toEqual(expect.arrayContaining([expect.objectContaining({ event: 'VaultKeyRotated' })]))
  })

  it('with many things to do at once does all of them', async () => {
    await right(initVault({ ...place.options, managementKey: place.managementKey }))
    const vault = await start()
    await right(vault.add('k'))
    await change({ to: 'rotate' })
    const done = await Promise.all(Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? vault.get('k') : vault.add(`k${n}`))()))
    expect(done.map(({ _tag }) => _tag)).toEqual(done.map(() => 'Right'))
  })

  it('seals by the new key what it was given while the old one was in force', async () => {
    await right(initVault({ ...place.options, managementKey: place.managementKey }))
    let changed = 0
    const rotating: HttpTransport = (request) => async () => {
      const answer = await transportOf(place)(request)()
      if (request.method === 'POST') changed += (await change({ to: 'rotate' })).rotated ? 1 : 0
      return answer
    }
    const vault = await start({ ...place.options, overrides: { transport: rotating } })
    await right(vault.add('k'))
    expect(changed).toBe(1)
    const { sealedBy, ring } = keysIn()
    expect(ring).toHaveLength(2)
    expect(sealedBy['k#1']).toBe(ring[1])
    expect(reveal((await right(vault.get('k'))).secret)).toMatch(/^sk-or-v1-/)
  })

  it('tries the passphrase that opened it, and says so where that is another one now: nothing is sent or written', async () => {
    const phrase = 'correct horse battery'
    await right(initVault({ ...knowing(phrase), managementKey: place.managementKey, keySource: { kind: 'passphrase', passphrase: secret(phrase), cost } }))
    let asked = 0
    const vault = await start({ ...place.options, passphrase: () => Promise.resolve((asked += 1) > 0 ? secret(phrase) : 'nobody') })
    await change({ to: 'rotate' }, knowing(phrase))
    await works(vault, 'k')
    expect(asked).toBe(1)
    await change({ to: 'passphrase', passphrase: secret('another phrase'), cost }, knowing(phrase))
    const keys = place.world.account.keys.size
    expect(await left(vault.add('n'))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'newer-key', message: expect.stringContaining('another passphrase') as string })
    expect(place.world.account.keys.size).toBe(keys)
    expect(await left(vault.watchOnce())).toMatchObject({ reason: 'newer-key' })
    await right(vault.close())
    await works(await start(knowing('another phrase')), 'n')
  })

  it('of which it has no key any more says so, and goes on when it has one again', async () => {
    await right(initVault({ ...place.options, managementKey: place.managementKey }))
    const vault = await start()
    await change({ to: 'passphrase', passphrase: secret('correct horse battery'), cost })
    expect(await left(vault.list())).toMatchObject({ reason: 'newer-key', message: expect.stringContaining('passphrase') as string })
    await change({ to: 'key-file' }, knowing('correct horse battery'))
    await works(vault, 'k')
  })

  it('is followed by a recipient too', async () => {
    await right(initVault({ ...place.options, managementKey: place.managementKey }))
    const identity = await generateX25519Identity()
    const identityFile = join(place.folder, 'ann.identity')
    writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 })
    await change({ to: 'add-recipient', recipient: await identityToRecipient(identity) })
    const vault = await start({ ...place.options, masterKeyFile: join(place.folder, 'none'), identityFile })
    await change({ to: 'rotate' })
    await works(vault, 'k')
    await change({ to: 'remove-recipient', recipient: await identityToRecipient(identity) })
    expect(await left(vault.list())).toMatchObject({ reason: 'newer-key' })
  })
})
