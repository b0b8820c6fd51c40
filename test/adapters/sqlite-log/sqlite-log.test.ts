import { expect, it } from 'vitest'

import { millis } from '../../../src/domain/shared/instant.js'
import { eventLogSuite } from '../../../src/testing/event-log-suite.js'
import { runSuite } from '../../support/run-suite.js'
import { drivers, freshPlace, openWith, rightOf, someVault } from './fresh-folder.js'
import { alsoUnderNewerNode } from './newer-node.js'

const busyTimeout = rightOf(millis(5000))

for (const driver of drivers) {
  runSuite(`SQLite through ${driver.name}`, eventLogSuite(async () => {
    const { folder, remove } = freshPlace()
    return {
      open: async () => rightOf(openWith(driver, { folder, busyTimeout }, someVault)),
      dispose: async () => remove(),
    }
  }))
}

it('has at least one driver', () => {
  expect(drivers.length).toBeGreaterThan(0)
})

alsoUnderNewerNode(import.meta.filename)
