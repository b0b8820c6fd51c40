// An alert channel of one's own: here it prints. The vault calls it at least once for each alert, and again later when it failed.
import { type AlertMessage, type DeliveryProblem, promises } from 'lean-vault'
import { left, right } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

/** Stands for whatever wakes somebody up. */
const page = (text: string): Promise<void> => Promise.resolve(console.log(text))

/** `id` is the same when a message comes again, so that a receiver can know it. An error has no secret in it. */
const pager = (message: AlertMessage): TaskEither<DeliveryProblem, void> => async () => {
  try {
    for (const { name, rule, severity } of message.alerts) await page(`${severity}: ${rule} of ${name}`)
    return right(undefined)
  } catch {
    return left({ _tag: 'DeliveryProblem', hopeless: false, message: 'the pager does not answer', retryAfter: null })
  }
}

const vault = await promises.openVault({ env: process.env, alerts: { channels: { pager } } })
try {
  await vault.add('alerting', { monthlyLimit: 1 })
  await vault.recordUsage('alerting', '0.90', 'gen-of-a-dear-request')
  const { alerts } = await vault.watchOnce()
  console.log(`raised ${alerts.raised}, failed ${alerts.failed}`)
  await vault.remove('alerting')
} finally {
  await vault.close()
}
