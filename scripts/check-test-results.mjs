// Reads what vitest's JSON reporter wrote, and closes with one line, "N passed, M failed", if every test file of the
// project was run, every test passed and, with LEAN_VAULT_REQUIRE_ALL=1, none was skipped. Fails otherwise.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const results = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))

const testFiles = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
  .map((path) => join(root, 'test', path))

const ran = new Set(results.testResults.map(({ name }) => resolve(name)))
const skipped = results.numPendingTests + results.numTodoTests
const problems = [
  ...testFiles.filter((file) => !ran.has(file)).map((file) => `not run: ${file}`),
  ...(skipped > 0 && process.env.LEAN_VAULT_REQUIRE_ALL === '1' ? [`${skipped} skipped`] : []),
  ...(results.success && results.numPassedTests > 0 ? [] : ['vitest reports a failure']),
]

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`${results.numPassedTests} passed, ${results.numFailedTests} failed`)
