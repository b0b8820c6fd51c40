/**
 * Mutation testing of the pure domain: `npm run mutation`, with `-- --mutate "src/domain/key/**"` for a part of it.
 * https://stryker-mutator.io/docs/stryker-js/configuration/
 */
export default {
  testRunner: 'pure',
  plugins: ['./scripts/mutation/test-runner.mjs'],
  mutate: ['src/domain/**/*.ts', '!src/domain/**/*.d.ts'],
  coverageAnalysis: 'perTest',
  ignoreStatic: process.env.LEAN_VAULT_MUTATION_STATIC !== '1',
  concurrency: Number(process.env.LEAN_VAULT_MUTATION_PROCESSES ?? 1),
  timeoutMS: 30_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: process.env.LEAN_VAULT_MUTATION_REPORT ?? '.cache/mutation/report.json' },
  tempDirName: '.cache/mutation/sandbox',
  incrementalFile: '.cache/mutation/incremental.json',
  ignorePatterns: ['dist', '.cache', 'docs', 'test/sdk', 'test/golden'],
  allowEmpty: false,
  thresholds: { high: 95, low: 90, break: 90 },
}
