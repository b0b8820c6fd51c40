import { describe, expect, it } from 'vitest'

import { drawn, statesPage } from '../../scripts/draw-states.js'
import { explore } from '../../scripts/states/explore.js'
import { keyEventBodies } from '../../src/adapters/event-codec/key-event.js'

describe('docs/states.md', () => {
  it('is drawn from the domain as it is now (npx tsx scripts/draw-states.ts)', () => {
    expect(drawn(statesPage())).toBe(statesPage())
  })

  it('would be found out of date if an arrow were another one', () => {
    const tampered = statesPage().replace('Provisioned --> Held: Activated', 'Provisioned --> Removed: Activated')
    expect(tampered).not.toBe(statesPage())
    expect(drawn(tampered)).toBe(statesPage())
  })
})

describe('the exploration that it is drawn from', () => {
  it('meets every event that there is', () => {
    const met = new Set(explore().turns.map(({ event }) => event.type))
    expect(Object.keys(keyEventBodies).filter((type) => !met.has(type as never))).toEqual([])
  })
})
