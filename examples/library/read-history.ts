// What was recorded of a key: who wants to know why it is as it is reads facts, in order, over all its lives.
import { promises } from 'lean-vault'

const vault = await promises.openVault({ env: process.env })
try {
  await vault.add('storied', { monthlyLimit: 10 })
  await vault.suspend('storied', 'the laptop is lost')
  await vault.resume('storied')
  for (const { event, details } of await vault.history({ name: 'storied' })) {
    const why = event === 'ContainmentRequested' ? ` because of ${String(details['reason'])}: ${String(details['note'])}` : ''
    console.log(`${event}${why}`)
  }
  const { state, lastEvents } = await vault.show('storied')
  console.log(`${state}, and last of all ${lastEvents.at(-1)?.event}`)
  await vault.remove('storied')
} finally {
  await vault.close()
}
