import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import type { Sandbox } from '../../../src/adapters/sandbox/start-sandbox.js'
import { promises, secret } from '../../../src/index.js'
import { makePrng } from '../../simulation/prng.js'
import { withSandbox } from './running.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lean-vault-panic-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const count = 100
const aSecond = 25
const failing = '*:lost-before%10, *:5xx-before(503)%10, *:lost-after%10'

/** Refuses with 429 whatever comes faster than so many requests a second; of the rest 30 of 100 fail. */
const makeLimiter = () => {
  let taken: ReadonlyArray<number> = []
  let refused = 0
  return {
    refused: () => refused,
    onRequest: (sandbox: Sandbox | undefined, outcome: { readonly status: number | null }) => {
      const now = Date.now()
      taken = taken.filter((each) => each > now - 1000)
      if (outcome.status === 429) refused += 1
      else taken = [...taken, now]
      sandbox?.setFaults(taken.length >= aSecond ? '*:rate-limited(1)' : failing)
    },
  }
}

it('a panic over HTTP, with 30 of 100 calls failing and a rate limit, contains or names each of a hundred keys', { timeout: 120_000 }, async () => {
  const limiter = makeLimiter()
  let limited: Sandbox | undefined
  const prng = makePrng(5)
  await withSandbox({ fraction: () => prng.next(), onRequest: (entry) => limiter.onRequest(limited, entry) }, async (sandbox) => {
    const { url, managementKey, world } = sandbox
    const options = { home: join(folder, 'vault'), userFolder: join(folder, 'user'), workingFolder: folder, baseUrl: url }
    await promises.initVault({ ...options, managementKey: secret(managementKey) })
    const vault = await promises.openVault(options)
    for (let at = 0; at < count; at += 1) await vault.add(`key-${at}`)
    limited = sandbox
    const report = await vault.panic('all')
    limited = undefined
    sandbox.setFaults('')
    const named = report.outstanding.map(({ name }) => name)
    const living = () => [...world.account.keys.values()].filter(({ disabled }) => !disabled).map(({ name }) => name.split(' ')[0] ?? '')
    expect(living().filter((name) => !named.includes(name))).toEqual([])
    expect(new Set([...report.contained, ...named]).size).toBe(count)
    expect(report.contained.length).toBeGreaterThanOrEqual(90)
    expect(limiter.refused()).toBeLessThan(count)
    expect((await vault.panic('all')).outstanding).toEqual([])
    expect(living()).toEqual([])
    await vault.close()
  })
})
