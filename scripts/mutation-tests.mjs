import { defineConfig } from 'vitest/config'

/**
 * What the domain's own tests find, without a vault, a process or a file. `LEAN_VAULT_MUTATION_TESTS` takes the tests of one folder only,
 * and `FC_RUNS` below 1 tries properties less often: a mutant that is killed by fewer tests is killed by all of them.
 */
export default defineConfig({
  test: {
    include: [process.env.LEAN_VAULT_MUTATION_TESTS ?? 'test/domain/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
  },
})
