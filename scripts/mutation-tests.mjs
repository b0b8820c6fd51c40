import { defineConfig } from 'vitest/config'

/** What the domain's own tests find, without a vault, a process or a file. */
export default defineConfig({
  test: {
    include: ['test/domain/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
  },
})
