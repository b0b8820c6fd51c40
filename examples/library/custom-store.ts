// A store of one's own. This one is the test kit's store in memory, which tells of each commit; a real one would keep the log in a
// database of yours. The kit's suite says whether it keeps what the port promises.
import { promises, secret, type VaultId, type VaultStore } from 'lean-vault'
import { eventLogSuite, makeMemoryStore, type MemoryStore, openMemoryLog } from 'lean-vault/testing'

const idOf = (hex: string): VaultId => hex.padStart(32, '0') as VaultId

const openTelling = (memory: MemoryStore, tell: (text: string) => void): VaultStore => {
  const store = openMemoryLog(memory)
  const commit: VaultStore['log']['commit'] = (asked) => {
    tell(asked.appends.map(({ stream, records }) => `${stream}: ${records.map(({ type }) => type).join(', ')}`).join('; '))
    return store.log.commit(asked)
  }
  return { ...store, log: { ...store.log, commit } }
}

let failed = 0
const fresh = async () => {
  const memory = makeMemoryStore({ vaultId: idOf('1'), format: 1 })
  return { open: async () => openTelling(memory, () => undefined), dispose: async () => undefined }
}
const suite = eventLogSuite(fresh)
for (const { name, run } of suite) await run().catch((error: unknown) => console.log(`${++failed}. ${name}: ${String(error)}`))
console.log(`${failed} cases of the suite failed`)

const store = openTelling(makeMemoryStore({ vaultId: idOf('2'), format: 1 }), (text) => console.log(text))
const options = { env: process.env, overrides: { store } }
await promises.initVault({ ...options, managementKey: secret(process.env['LEAN_VAULT_MANAGEMENT_KEY'] ?? '') })
const vault = await promises.openVault(options)
try {
  await vault.add('in-memory', { monthlyLimit: 1 })
  await vault.remove('in-memory')
} finally {
  await vault.close()
}
