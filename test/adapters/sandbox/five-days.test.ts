import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Sandbox } from '../../../src/adapters/sandbox/start-sandbox.js'
import { committedSpend } from '../../../src/adapters/simulated-openrouter/world.js'
import type { Instant, Millis } from '../../../src/domain/shared/instant.js'
import { promises, type PromisedVault, reveal, secret } from '../../../src/index.js'
import { withSandbox } from './running.js'

const day = 86_400_000
const lag = 5_000

let folder: string
let now: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lean-vault-five-days-'))
  now = Date.UTC(2027, 1, 10, 9)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const clock = {
  now: () => now as Instant,
  monotonic: () => now as Millis,
  sleep: (length: Millis) => () => {
    now += length
    return Promise.resolve()
  },
}

/** A vault over the sandbox's own HTTP and the sandbox's clock; nobody watches. */
const opened = async ({ url, managementKey }: Sandbox): Promise<PromisedVault> => {
  const options = { home: join(folder, 'vault'), userFolder: join(folder, 'user'), workingFolder: folder, baseUrl: url, overrides: { clock } }
  await promises.initVault({ ...options, managementKey: secret(managementKey) })
  return promises.openVault(options)
}

/** One metered request with the key itself; false when OpenRouter refuses it. */
const call = async ({ url }: Sandbox, key: string, cost: number): Promise<boolean> => {
  const answer = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'a/b', messages: [{ role: 'user', content: 'x' }], simulate: { cost } }),
  })
  await answer.text()
  now += lag
  return answer.status === 200
}

describe('a key that may spend a dollar a day and three a month, against the sandbox, watched by nobody', () => {
  it('is stopped at each of them in five days of bursts, plus at most the request in flight', { timeout: 60_000 }, async () => {
    await withSandbox({ now: () => now, settings: { usageLag: lag } }, async (sandbox) => {
      const vault = await opened(sandbox)
      await vault.add('alpha', { monthlyLimit: 3, dailyLimit: 1 })
      expect((await vault.show('alpha')).enforcedBy).toEqual({ monthly: 'openrouter', daily: 'guardrail' })
      const key = reveal((await vault.get('alpha')).secret)
      const cost = 0.09
      const days: Array<number> = []
      for (let n = 0; n < 5; n += 1) {
        let answered = 0
        for (let burst = 0; burst < 16; burst += 1) if (await call(sandbox, key, cost)) answered += 1
        days.push(answered * cost)
        now += day - 16 * lag
      }
      for (const spent of days) expect(spent).toBeLessThan(1 + cost)
      expect(days.slice(0, 2).every((spent) => spent >= 1)).toBe(true)
      const month = days.reduce((sum, spent) => sum + spent, 0)
      expect(month).toBeGreaterThanOrEqual(3)
      expect(month).toBeLessThan(3 + cost)
      expect(days.at(-1)).toBe(0)
      await vault.close()
    })
  })

  it("is told by get-usage to the sandbox's last digit, after N metered calls and the lag", { timeout: 60_000 }, async () => {
    await withSandbox({ now: () => now, settings: { usageLag: lag } }, async (sandbox) => {
      const vault = await opened(sandbox)
      await vault.add('alpha', { monthlyLimit: 30, dailyLimit: 10 })
      const key = reveal((await vault.get('alpha')).secret)
      for (let n = 1; n <= 40; n += 1) expect(await call(sandbox, key, n / 1_000_000)).toBe(true)
      now += lag
      const { hash } = await vault.show('alpha')
      const { usage } = await vault.getCurrentUsage('alpha')
      expect(BigInt(Math.round((usage.currentMonth ?? 0) * 1e12))).toBe(committedSpend(sandbox.world, hash ?? '').credits)
      expect(usage).toMatchObject({ currentMonth: 0.00082, currentDay: 0.00082, stale: false })
      await vault.close()
    })
  })
})
