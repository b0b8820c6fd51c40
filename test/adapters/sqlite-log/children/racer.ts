import * as E from 'fp-ts/lib/Either.js'

import { instant } from '../../../../src/domain/shared/instant.js'
import { openAsTold, right, rightOf, tell } from './writing.js'

// Appends to the one stream for which all race, until it has won as often as it was told to.
const wanted = Number(process.argv[4])
const { info, log } = await openAsTold()
tell(`vault ${info.vaultId}`)
const at = rightOf(instant(1))
for (let won = 0; won < wanted; ) {
  const version = (await right(log.read('key/a'))).length
  const record = { type: 'Won', schema: 1, at, data: JSON.stringify({ by: process.pid, won }) }
  const result = await log.commit({ appends: [{ stream: 'key/a', expectedVersion: version, records: [record] }], seal: [] })()
  if (E.isRight(result)) {
    won += 1
    tell(`won ${version + 1}`)
  } else if (result.left._tag !== 'VersionConflict') {
    throw new Error(JSON.stringify(result.left))
  }
}
tell('done')
