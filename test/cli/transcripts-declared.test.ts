import { describe } from 'vitest'

import { began } from './scenarios.js'

describe('transcripts of tags and declared keys', () => {
  began('tag', async (sh) => {
    await sh('tag my-key')
    await sh('tag my-key team')
    await sh('tag my-key tier=low --remove tier')
    await sh('tag my-key -- -x=y')
    await sh('tag missing a=b')
    await sh('tag my-key team=ops tier=low')
    await sh('tag my-key team=ops')
    await sh('tag my-key "owner=Kim Lee" --remove tier --json')
    await sh('list --tag team=ops')
    await sh('list --tag team=web')
    await sh('tag my-key --remove owner --remove team', { faults: '*:refused-connection' })
    await sh('history my-key')
  })
})
