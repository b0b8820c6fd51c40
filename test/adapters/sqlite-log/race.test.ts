import { rmSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { briefly, drivers, freshPlace, openWith, right, rightOf } from './fresh-folder.js'
import { bundleChild, startChild, ways } from './spawn-child.js'

describe('eight processes at once', () => {
  let script: string
  beforeAll(async () => {
    script = await bundleChild('racer')
  })
  afterAll(() => {
    rmSync(script, { force: true })
  })

  it('make one vault, and one of them wins each version', { timeout: 120_000 }, async () => {
    const { folder, remove } = freshPlace()
    const wins = 25
    const children = Array.from({ length: 8 }, (_, n) =>
      startChild(ways[n % ways.length] ?? [process.execPath, 'libsql'], script, folder, `${wins}`),
    )
    for (const child of children) expect([await child.ended, child.complaints()]).toEqual([0, ''])
    const vaults = children.map(({ told }) => told().find(([word]) => word === 'vault')?.[1])
    expect(new Set(vaults).size).toBe(1)

    const [driver] = drivers
    if (driver === undefined) throw new Error('no driver')
    const store = rightOf(openWith(driver, { folder, busyTimeout: briefly }, null))
    expect(store.info.vaultId).toBe(vaults[0])
    const records = await right(store.log.read('key/a'))
    expect(records.map(({ version }) => version)).toEqual(Array.from({ length: 8 * wins }, (_, n) => n + 1))
    const claimed = children.flatMap(({ told, process: { pid } }) =>
      told().filter(([word]) => word === 'won').map(([, version]) => [Number(version), pid]),
    )
    const held = records.map(({ version, data }) => [version, Number(/"by":(\d+)/.exec(data)?.[1])])
    expect(claimed.sort(([a], [b]) => Number(a) - Number(b))).toEqual(held)
    remove()
  })
})
