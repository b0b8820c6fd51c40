// What a pass of the watcher costs, by CPU time: many keys, some of which have spent something at every reading of the last weeks.
//
//   npx tsx scripts/watch-cost.ts [--keys 1000] [--busy 10] [--readings 20000] [--passes 5]
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { spendEventCodec } from '../src/adapters/event-codec/event-codec.js'
import { addManagementKey, createAccount } from '../src/adapters/simulated-openrouter/create-account.js'
import { simulatedTransport } from '../src/adapters/simulated-openrouter/simulated-transport.js'
import { createWorld, spendOnKey } from '../src/adapters/simulated-openrouter/world.js'
import type { Lineage } from '../src/domain/shared/identifiers.js'
import type { Instant } from '../src/domain/shared/instant.js'
import { type Picodollars, zero } from '../src/domain/shared/picodollars.js'
import { decideReading } from '../src/domain/spend/decide-reading.js'
import type { SpendEvent } from '../src/domain/spend/event.js'
import { evolveSpend } from '../src/domain/spend/evolve-spend.js'
import { newborn } from '../src/domain/spend/spend-state.js'
import { monthOf, windowStart } from '../src/domain/spend/window.js'
import { initVault, openVault, secret, type VaultOptions } from '../src/index.js'
import { openParts, told } from './bench/grow-vault.js'

const argument = (name: string, usual: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? usual : Number(process.argv[at + 1])
}
const [keys, busy, readings, passes] = [argument('keys', 1000), argument('busy', 10), argument('readings', 20_000), argument('passes', 5)]

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
const folder = mkdtempSync(join(tmpdir(), 'lean-vault-watch-cost-'))
const managementKey = `sk-or-v1-${sha256('watch cost')}`
const start = Date.now()
const world = createWorld(sha256, addManagementKey(sha256, createAccount(sha256, { seed: 'watch-cost', at: start }), managementKey))
const transport = simulatedTransport({ world, now: Date.now, delay: () => Promise.resolve() })
const options: VaultOptions = {
  home: join(folder, 'vault'),
  userFolder: folder,
  workingFolder: folder,
  baseUrl: 'https://openrouter.test/api/v1',
  overrides: { transport },
}
const cost = 1_000_000_000n as Picodollars
const minute = 60_000

/** A reading each minute up to now, each with something spent since the one before: one stream for each month. */
const lengthen = async (lineages: ReadonlyArray<Lineage>): Promise<void> => {
  const { store } = await openParts(options)
  for (const lineage of lineages) {
    let state = newborn((start - (readings + 1) * minute) as Instant)
    let [month, total, day, version] = ['', 0n, 0n, 0]
    let batch: Array<SpendEvent> = []
    const flush = async (): Promise<void> => {
      const [first, ...rest] = batch.map(spendEventCodec.encode)
      if (first === undefined) return
      await told(store.log.commit({ appends: [{ stream: `spend/${lineage}/${month}`, expectedVersion: version, records: [first, ...rest] }], seal: [] }))
      version += batch.length
      batch = []
    }
    for (let n = readings; n > 0; n -= 1) {
      const at = (start - n * minute) as Instant
      if (monthOf(at) !== month) {
        await flush()
        ;[month, version] = [monthOf(at), 0]
        batch.push({ type: 'SpendMonthOpened', lineage, month, carried: state, at })
      }
      total += cost
      day = windowStart('day', at) === windowStart('day', state.last.at) ? day + cost : cost
      for (const event of decideReading(state, { at, total: total as Picodollars, day: day as Picodollars, week: null, month: null })) {
        batch.push(event)
        state = evolveSpend(state, event) ?? state
      }
      if (batch.length >= 2000) await flush()
    }
    await flush()
  }
  await store.log.close()()
}

await told(initVault({ ...options, managementKey: secret(managementKey) }))
const born = await told(openVault(options))
for (let n = 0; n < keys; n += 1) await told(born.add(`key-${String(n)}`, { monthlyLimit: '9000', ...(n < busy ? { dailyLimit: '9000' } : {}) }))
await born.close()()
const hashes = [...world.account.keys.keys()]
// What is in the log was really spent, so that the next reading is believed.
for (const hash of hashes.slice(0, busy)) spendOnKey(world, Date.now(), hash, { credits: (cost * BigInt(readings)) as Picodollars, byok: zero })
await lengthen(Array.from({ length: busy }, (_, n) => `key-${String(n)}#1` as Lineage))
console.log(`${keys} keys, ${busy} of them with ${readings} readings`)

const vault = await told(openVault(options))
for (let pass = 1; pass <= passes; pass += 1) {
  for (const hash of hashes.slice(0, busy)) spendOnKey(world, Date.now(), hash, { credits: cost, byok: zero })
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  const report = await told(vault.watchOnce())
  const { user, system } = process.cpuUsage(cpu)
  console.log(`pass ${pass}: ${((user + system) / 1e6).toFixed(2)} s of CPU, ${((performance.now() - wall) / 1e3).toFixed(2)} s; ${report.keys} keys, ${report.alerts.raised} alerts raised; ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`)
}
await vault.close()()
rmSync(folder, { recursive: true, force: true })
