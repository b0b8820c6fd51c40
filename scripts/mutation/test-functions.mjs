/** What the domain's tests take from Vitest, without Vitest: `describe`, `it`, their `each`, and Vitest's own `expect`. */
import { chai, GLOBAL_EXPECT, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from '@vitest/expect'

chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)

export const expect = (value, message) => {
  setState({ assertionCalls: 0 }, expect)
  return chai.expect(value, message)
}
Object.assign(expect, chai.expect)
globalThis[GLOBAL_EXPECT] = expect
setState({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null, testPath: '' }, expect)

let names = []

/** Between the name and the test may stand Vitest's options, such as how long it may take. */
const functionOf = (given) => given.find((each) => typeof each === 'function')

const withEach = (define) =>
  Object.assign(define, {
    each: (rows) => (name, ...given) => {
      for (const row of rows) define(name, () => functionOf(given)(...(Array.isArray(row) ? row : [row])))
    },
  })

export const describe = withEach((name, define) => {
  names = [...names, name]
  define()
  names = names.slice(0, -1)
})

export const it = withEach((name, ...given) => {
  const tests = globalThis.__mutationTests
  tests.push({ id: `${tests.length} ${[...names, name].join(' ')}`, run: functionOf(given) })
})
