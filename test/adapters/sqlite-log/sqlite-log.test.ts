import { expect, it } from 'vitest'

import { millis } from '../../../src/domain/shared/instant.js'
import { eventLogContract } from '../../contracts/event-log.contract.js'
import { drivers, freshPlace, openWith, rightOf, someVault } from './fresh-folder.js'
import { alsoUnderNewerNode } from './newer-node.js'

const busyTimeout = rightOf(millis(5000))

for (const driver of drivers) {
  eventLogContract(`SQLite through ${driver.name}`, async () => {
    const { folder, remove } = freshPlace()
    return {
      open: async () => rightOf(openWith(driver, { folder, busyTimeout }, someVault)),
      dispose: async () => remove(),
    }
  })
}

it('has at least one driver', () => {
  expect(drivers.length).toBeGreaterThan(0)
})

alsoUnderNewerNode(import.meta.filename)
