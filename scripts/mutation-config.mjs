/**
 * Mutation testing of the pure domain: `npm run mutation`, with `-- --mutate "src/domain/key/**"` for a part of it.
 * https://stryker-mutator.io/docs/stryker-js/configuration/
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'scripts/mutation-tests.mjs' },
  mutate: ['src/domain/**/*.ts', '!src/domain/**/*.d.ts'],
  // Code that runs once, when a file is loaded, is executed in every test and would be tried against all of them.
  ignoreStatic: true,
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.LEAN_VAULT_MUTATION_PROCESSES ?? 1),
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: '.cache/mutation/report.json' },
  tempDirName: '.cache/mutation/sandbox',
  incrementalFile: '.cache/mutation/incremental.json',
  ignorePatterns: ['dist', '.cache', 'docs', 'test/sdk', 'test/golden'],
  allowEmpty: false,
  thresholds: { high: 95, low: 90, break: 90 },
}
