import { defineConfig } from 'vitest/config'

/** Tests that replace a module, start processes of their own by the hundred, or install the package: each file in a new process. */
const apart = ['test/processes/**/*.test.ts', 'test/package/**/*.test.ts', 'test/adapters/sqlite-log/network-file-system.test.ts']

export default defineConfig({
  // What the build puts in, so that snapshots are kept in tests too.
  define: { LEAN_VAULT_FOLD: "'tests'" },
  test: {
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
    projects: [
      { extends: true, test: { name: 'apart', include: apart, sequence: { groupOrder: 0 } } },
      // One process after another reads a hundred files here: loading the same modules anew for each took a quarter of all the time.
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: ['**/node_modules/**', ...apart], isolate: false, sequence: { groupOrder: 1 } } },
    ],
  },
})
