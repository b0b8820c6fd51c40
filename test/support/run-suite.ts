import { describe, it } from 'vitest'

import type { Suite } from '../../src/testing/suite.js'

/** Gives the cases of a suite to vitest. */
export const runSuite = (name: string, suite: Suite): void => {
  describe(name, () => {
    for (const { name: each, run } of suite) it(each, run)
  })
}
