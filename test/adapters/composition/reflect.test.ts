import { expect, it } from 'vitest'

import { initVault, openVault } from '../../../src/index.js'
import { makePlace, right } from './place.js'

it("a host's own Reflect metadata is left alone", async () => {
  const ofHost = { getMetadata: () => 'of the host', defineMetadata: () => undefined, hasOwnMetadata: () => true }
  Object.assign(Reflect, ofHost)
  const place = makePlace()
  await right(initVault({ ...place.options, managementKey: place.managementKey }))
  const vault = await right(openVault(place.options))
  await right(vault.close())
  place.dispose()
  expect(Reflect).toMatchObject(ofHost)
})
