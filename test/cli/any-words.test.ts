import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { runs } from '../support/fc-runs.js'
import { type Bench, makeBench } from './bench.js'

let bench: Bench
beforeAll(async () => {
  bench = makeBench()
  await bench.run(['init'], { stdin: bench.managementKey })
  await bench.run(['add', 'k'])
})
afterAll(() => bench.dispose())

// Not among them: `sandbox` and `--follow`, which run on.
const words = fc.oneof(
  { arbitrary: fc.constantFrom('add', 'get', 'list', 'show', 'suspend', 'resume', 'remove', 'reconcile', 'history'), weight: 3 },
  { arbitrary: fc.constantFrom('init', 'credentials', 'check', 'set', 'config', 'exec', 'completion', 'bash', 'version', 'help'), weight: 2 },
  { arbitrary: fc.constantFrom('k', 'n', '--', '--json', '--yes', '--all', '--dry-run', '--quiet', '--debug', '--help'), weight: 4 },
  { arbitrary: fc.constantFrom('--monthly-limit', '5', '--tag', 'a=b', '--reason', '--since', '7d', '--state', 'active', '--home'), weight: 2 },
  { arbitrary: fc.string({ maxLength: 8 }), weight: 1 },
)

describe('any words', () => {
  it('are answered without a crash: a document and 0 or 7, or an error and another code, as JSON where it was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 6 }), async (argv) => {
        const ran = await bench.run(argv)
        expect([0, 2, 3, 4, 5, 6, 7, 8, 125], ran.stderr).toContain(ran.exit)
        if (ran.exit === 0 || ran.exit === 7) return
        expect(ran.stdout).toBe('')
        const last = ran.stderr.trimEnd().split('\n').at(-1) ?? ''
        if (argv.includes('--json') && !argv.includes('--'))
          expect(JSON.parse(last)).toHaveProperty('error.tag')
        else expect(last).not.toBe('')
      }),
      runs(400),
    )
  }, 120_000)
})
