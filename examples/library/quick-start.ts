// The first steps in a program: make a vault, make a key in it, use its secret, remove the key.
import { isVaultFailure, promises, reveal, secret } from 'lean-vault'

const { LEAN_VAULT_MANAGEMENT_KEY: managementKey = '', OPENROUTER_BASE_URL: base = 'https://openrouter.ai/api/v1' } = process.env

try {
  await promises.initVault({ env: process.env, managementKey: secret(managementKey) })
} catch (caught) {
  // Every error is data, told apart by its tag: docs/troubleshooting.md has them all.
  if (!isVaultFailure(caught) || caught.error._tag !== 'VaultExists') throw caught
}

const vault = await promises.openVault({ env: process.env })
try {
  const added = await vault.add('quick-start', { monthlyLimit: 25, expires: '90d' })
  console.log(`${added.name} is ${added.outcome} and ${added.remote}`)
  const held = await vault.get('quick-start')
  const answer = await fetch(`${base}/key`, { headers: { authorization: `Bearer ${reveal(held.secret)}` } })
  console.log(`OpenRouter answers ${answer.status} to its secret, which prints as ${String(held.secret)}`)
  const removed = await vault.remove('quick-start')
  console.log(`${removed.name} is ${removed.outcome}, with ${removed.proof} proof`)
} finally {
  await vault.close()
}
