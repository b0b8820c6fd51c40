import { defineConfig } from 'vitest/config'

export default defineConfig({
  // What the build puts in, so that snapshots are kept in tests too.
  define: { LEAN_VAULT_FOLD: "'tests'" },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    // Native modules and the working directory are per process, and so is what a test does to them.
    pool: 'forks',
    maxWorkers: '100%',
    allowOnly: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    restoreMocks: true,
    unstubEnvs: true,
  },
})
