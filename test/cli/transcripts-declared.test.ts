import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe } from 'vitest'

import type { Bench } from './bench.js'
import { began } from './scenarios.js'

const write = ({ folder }: Bench, text: string, name = 'keys.yaml'): void => writeFileSync(join(folder, name), text)

const whole = `keys:
  my-key:
    monthlyLimit: 20
    dailyLimit: 2
    tags: { team: ops }
  ci-bot:
    monthlyLimit: 12.5
    alertThreshold: [0.5, 0.9]
    tags: { team: ops, tier: low }
    rotateAfter: 30d
    rotate: on
  free:
`

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

  began('plan', async (sh, own) => {
    write(own, whole)
    await sh(`plan ${own.folder}/keys.yaml`)
    await sh(`plan ${own.folder}/keys.yaml`, { columns: 80 })
    await sh(`plan ${own.folder}/keys.yaml --json`)
    await sh(`plan ${own.folder}/keys.yaml --check`)
    await sh(`plan ${own.folder}/missing.yaml`)
    write(own, 'keys:\n  my-key: { monthlyLimt: 5 }\n', 'typo.yaml')
    await sh(`plan ${own.folder}/typo.yaml`)
    await sh(`plan ${own.folder}/typo.yaml --json`)
    write(own, 'keys: {}\n', 'none.yaml')
    await sh(`plan ${own.folder}/none.yaml --check`)
    await sh(`plan ${own.folder}/none.yaml --prune`)
    write(own, 'keys:\n  my-key: { dailyLimit: 500 }\n', 'contradicts.yaml')
    await sh(`plan ${own.folder}/contradicts.yaml`)
    await sh('plan')
  })

  began('rotate', async (sh, own) => {
    await sh('rotate my-key --dry-run')
    await sh('rotate my-key')
    await sh('rotate my-key --yes --grace 24h')
    await sh('list')
    await sh('rotate my-key --yes --grace 24h --json')
    await sh('rotate --due')
    write(own, 'keys:\n  often: { rotateAfter: 10d }\n  never: { rotateAfter: "off" }\n')
    await sh(`apply ${own.folder}/keys.yaml`)
    await sh('list')
    await sh('show often', { columns: 80 })
    own.advance(11 * 86_400_000)
    await sh('rotate --due --dry-run')
    await sh('rotate --due')
    await sh('rotate --due --yes --grace 7h')
    await sh('rotate --due --yes --json')
    await sh('rotate --due --dry-run --json')
    await sh('rotate often --due')
    await sh('rotate')
  })

  began('apply', async (sh, own) => {
    write(own, whole)
    await sh(`apply ${own.folder}/keys.yaml`, { columns: 80 })
    await sh(`apply ${own.folder}/keys.yaml`)
    await sh(`apply ${own.folder}/keys.yaml --json`)
    await sh(`plan ${own.folder}/keys.yaml --check`)
    await sh('history ci-bot')
    write(own, 'keys:\n  my-key:\n  fresh: { monthlyLimit: 1 }\n')
    await sh(`apply ${own.folder}/keys.yaml --prune`)
    await sh(`apply ${own.folder}/keys.yaml --prune`, { columns: 80, answers: [false] })
    await sh(`apply ${own.folder}/keys.yaml`, { faults: 'POST /keys:refuse(403)' })
    await sh(`apply ${own.folder}/keys.yaml --prune --yes --json`, { faults: 'POST /keys:refuse(403)' })
    await sh(`apply ${own.folder}/keys.yaml`, { faults: 'POST /keys:lost-after, GET /*:lost-before, GET /keys/*:lost-before' })
    await sh(`plan ${own.folder}/keys.yaml`)
    await sh(`apply ${own.folder}/keys.yaml`)
    await sh('list')
  })
})
