// Counts what a chat call cost as soon as it is answered, long before OpenRouter's totals show it. The id of the generation makes a
// repetition harmless: the same call is never counted twice.
import { promises, reveal } from 'lean-vault'

interface Completion {
  readonly id: string
  readonly usage: { readonly cost: number }
}

const base = process.env['OPENROUTER_BASE_URL'] ?? 'https://openrouter.ai/api/v1'
const vault = await promises.openVault({ env: process.env })
try {
  await vault.add('chatting', { monthlyLimit: 1 })
  const { secret } = await vault.get('chatting')
  const answer = await fetch(`${base}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${reveal(secret)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'openrouter/auto', messages: [{ role: 'user', content: 'Say hello.' }] }),
  })
  const { id, usage } = (await answer.json()) as Completion
  console.log(await vault.recordUsage('chatting', usage.cost, id))
  console.log(await vault.recordUsage('chatting', usage.cost, id))
  const report = await vault.getCurrentUsage('chatting', { cached: true })
  console.log(`spent ${report.usage.currentMonth}, left ${report.remaining.month}`)
  await vault.remove('chatting')
} finally {
  await vault.close()
}
