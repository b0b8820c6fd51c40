/**
 * A test runner of Stryker for tests of pure code: all of them in one bundle, loaded once, and for each mutant only the tests that reach it,
 * without a process, a worker or a module loaded anew. Vitest takes seconds to start for each mutant; this takes none.
 * `LEAN_VAULT_MUTATION_TESTS` is a regular expression of the test files' paths.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { build } from 'esbuild'
import { configureGlobal } from 'fast-check'

/** The files that decide most in the least time. */
const quick = /grid|regressions|judge|table/

const testFiles = () => {
  const pattern = new RegExp(process.env.LEAN_VAULT_MUTATION_TESTS ?? '.')
  const files = readdirSync('test/domain', { recursive: true }).filter((file) => file.endsWith('.test.ts') && pattern.test(`domain/${file}`))
  return files.sort((one, other) => Number(quick.test(other)) - Number(quick.test(one)) || (one < other ? -1 : 1)).map((file) => resolve('test/domain', file))
}

/** Each file keeps its own address, which a bundle would take from it. */
const addresses = {
  name: 'addresses',
  setup: ({ onLoad }) =>
    onLoad({ filter: /test\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    })),
}

const bundle = async () => {
  const outfile = join(resolve('.cache'), `mutation-tests-${process.pid}.mjs`)
  mkdirSync(resolve('.cache'), { recursive: true })
  await build({
    stdin: { contents: testFiles().map((file) => `import ${JSON.stringify(file)}`).join('\n'), resolveDir: process.cwd() },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    alias: { vitest: resolve('scripts/mutation/test-functions.mjs') },
    plugins: [addresses],
    logLevel: 'error',
  })
  return outfile
}

const makeRunner = () => {
  const stryker = (globalThis.__stryker__ ??= {})
  let file = null
  let loaded = 0
  let tests = []

  const load = async () => {
    globalThis.__mutationTests = []
    loaded += 1
    await import(`${pathToFileURL(file).href}?${loaded}`)
    tests = globalThis.__mutationTests
  }

  const tryTest = async ({ id, run }) => {
    const began = performance.now()
    const result = { id, name: id, fileName: undefined }
    try {
      await run()
      return { ...result, status: 0, timeSpentMs: performance.now() - began }
    } catch (error) {
      return { ...result, status: 1, timeSpentMs: performance.now() - began, failureMessage: String(error?.message ?? error).slice(0, 200) }
    }
  }

  return {
    capabilities: () => ({ reloadEnvironment: true }),
    init: async () => {
      file = await bundle()
    },
    dryRun: async () => {
      await load()
      const results = []
      for (const test of tests) {
        stryker.currentTestId = test.id
        results.push(await tryTest(test))
        stryker.currentTestId = undefined
      }
      return { status: 'complete', tests: results, mutantCoverage: stryker.mutantCoverage }
    },
    mutantRun: async ({ activeMutant, hitLimit, mutantActivation, testFilter }) => {
      // A counterexample is enough: nobody reads the smallest one.
      configureGlobal({ endOnFailure: true })
      Object.assign(stryker, { activeMutant: undefined, hitCount: 0, hitLimit })
      try {
        if (mutantActivation === 'static') {
          stryker.activeMutant = activeMutant.id
          await load()
        } else if (tests.length === 0 || stryker.loadedWith !== undefined) await load()
      } catch (error) {
        stryker.loadedWith = activeMutant.id
        return { status: 'killed', killedBy: tests.slice(0, 1).map(({ id }) => id), failureMessage: `does not load: ${error.message}`, nrOfTests: 0 }
      }
      stryker.loadedWith = mutantActivation === 'static' ? activeMutant.id : undefined
      stryker.activeMutant = activeMutant.id
      const chosen = testFilter === undefined ? tests : tests.filter(({ id }) => testFilter.includes(id))
      let count = 0
      for (const test of chosen) {
        count += 1
        const result = await tryTest(test)
        if (stryker.hitCount > hitLimit) return { status: 'timeout', reason: 'too many turns' }
        if (result.status === 1) return { status: 'killed', killedBy: [test.id], failureMessage: result.failureMessage, nrOfTests: count }
      }
      return { status: 'survived', nrOfTests: count }
    },
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'pure', factory: makeRunner }]
