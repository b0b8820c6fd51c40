import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { lostOf, manyLives } from './lanes-run.js'

// Here a few lives; `npm run kill-test -- --random 1000` goes on until every command was struck a thousand times.
let cli: BuiltCli
beforeAll(() => {
  cli = copyBuiltCli()
})
afterAll(() => cli.remove())

describe('what was acknowledged', () => {
  const told = [
    { outcome: 'added', events: 2, sequence: 4, type: 'Activated' },
    { outcome: 'suspended', events: 1, sequence: 7, type: 'PolicyObserved' },
  ]
  const history = [
    { sequence: 3, event: 'ProvisioningRequested' },
    { sequence: 4, event: 'Activated' },
    { sequence: 7, event: 'PolicyObserved' },
  ]

  it('is found where it is', () => {
    expect(lostOf('k', told, history)).toEqual([])
  })

  it.each([
    ['its end is cut off', history.slice(0, 2)],
    ['one fact of it is left out', history.filter(({ sequence }) => sequence !== 3)],
    ['another fact is in its place', [...history.slice(0, 2), { sequence: 7, event: 'DriftObserved' }]],
  ])('is missed where %s', (_what, found) => {
    expect(lostOf('k', told, found)).not.toEqual([])
  })
})

describe('a process that does a dozen things at once', { timeout: 120_000 }, () => {
  it('and is killed, again and again, loses nothing that it had said', async () => {
    const { lives, facts, struck, problems } = await manyLives(cli, 1, 6)
    console.info(`${lives} processes killed at ${[...struck.keys()].length} commands, ${facts} facts acknowledged, ${problems.length} problems`)
    expect(problems).toEqual([])
    expect(lives).toBeGreaterThan(3)
    expect(struck.size).toBeGreaterThan(8)
  })
})
