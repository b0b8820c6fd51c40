import type { RemoveOptions } from '../../src/application/vault.js'
import { done } from './bench-views.js'
import { type Answer, type Bench, type BenchOptions, openBench } from './harness.js'
import type { ChangeReport } from '../../src/application/reports.js'

/** A vault with `alpha`, five dollars a month, and `beta`, which serves as the canary. */
export const benchWithTwo = async (options: BenchOptions = {}): Promise<Bench> => {
  const bench = await openBench(options)
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: '5' })))
  done(await bench.run((vault) => vault.add('beta')))
  bench.takeRequests()
  return bench
}

export const remove = (bench: Bench, options: RemoveOptions = {}): Promise<Answer<ChangeReport>> =>
  bench.run((vault) => vault.remove('alpha', options))

/** What a removal asks, part by part. */
export const verifying = ['GET /key', 'GET /workspaces', 'GET /keys/alpha']
export const containing = ['PATCH /keys/alpha', 'GET /keys/alpha']
export const deleting = ['DELETE /keys/alpha']
export const listing = ['GET /workspaces', 'GET /keys default@0', 'GET /keys team@0']
/** A page is read until one brings nothing new, so a second key means a second page. */
export const listingOfTwo = ['GET /workspaces', 'GET /keys default@0', 'GET /keys default@1', 'GET /keys team@0']
export const proving = ['GET /key', 'GET /workspaces', ...listing, 'GET /keys/alpha', 'GET /keys/beta', 'GET /key as alpha']
/** The same once the secret is destroyed. */
export const provingWithoutSecret = proving.slice(0, -1)

/** What the owner of `alpha` asked for. */
export const wanted = { disabled: false, limit: 5_000_000_000_000n, reset: 'monthly', includeByok: false }
export const cannotSpend = { disabled: true, limit: 0n }
