import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { openMemoryLog } from '../../src/adapters/memory-log/memory-log.js'
import { makeMemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import { vaultEventCodec } from '../../src/adapters/event-codec/event-codec.js'
import { makeSealer } from '../../src/adapters/sealing/sealer.js'
import { newDataKey } from '../../src/adapters/sealing/key-ring.js'
import type { LogInfo } from '../../src/application/ports/vault-store.js'
import { reveal, secret } from '../../src/application/secret.js'
import { managementKeyRef } from '../../src/application/secret-refs.js'
import { initVault } from '../../src/application/use-cases/init-vault.js'
import { type LoadedVault, loadVault, openManagementKey } from '../../src/application/vault-store.js'
import type { Instant, Millis } from '../../src/domain/shared/instant.js'

const vaultId = 'c'.repeat(32) as LogInfo['vaultId']
const home = 'https://openrouter.ai/api/v1'
const elsewhere = 'https://attacker.example/api/v1'

const open = async () => {
  const store = makeMemoryStore({ vaultId, format: 1 })
  const { log } = openMemoryLog(store)
  const sealer = makeSealer([newDataKey()])
  const clock = { now: () => 1_800_000_000_000 as Instant, monotonic: () => 0 as Millis, sleep: () => () => Promise.resolve() }
  const deps = { log, sealer, clock, vaultEvents: vaultEventCodec }
  const pin = { baseUrl: home, creatorId: 'user', workspaces: [] }
  expect(await initVault(deps, vaultId, pin, secret('the management key'))()).toEqual(E.right(undefined))
  const loaded = await loadVault(deps)()
  if (E.isLeft(loaded)) throw new Error('the vault should be there')
  return { deps, store, vault: loaded.right }
}

const pinnedTo = (vault: LoadedVault, baseUrl: string): LoadedVault => ({
  ...vault,
  state: { ...vault.state, pin: { ...vault.state.pin, baseUrl } },
})

describe('the sealed management key', () => {
  it('opens under the host that it was sealed for', async () => {
    const { deps, vault } = await open()
    const opened = await openManagementKey(deps, vault)()
    expect(E.isRight(opened) && reveal(opened.right)).toBe('the management key')
  })

  it('does not open when the log names another host, for then it would be sent there', async () => {
    const { deps, vault } = await open()
    expect(await openManagementKey(deps, pinnedTo(vault, elsewhere))()).toMatchObject({
      left: { _tag: 'SecretUnreadable' },
    })
  })

  it('does not open when its row was moved to the other host too', async () => {
    const { deps, store, vault } = await open()
    const [place, sealed] = [...store.sealed][0] ?? []
    if (place === undefined || sealed === undefined) throw new Error('the key should be sealed')
    const ref = managementKeyRef(1, elsewhere)
    store.sealed.set(JSON.stringify([ref.stream, ref.owner, ref.generation]), { ...sealed, ref })
    expect(await openManagementKey(deps, pinnedTo(vault, elsewhere))()).toMatchObject({
      left: { _tag: 'SecretUnreadable' },
    })
  })
})
