import { spawnSync } from 'node:child_process'
import { getEventListeners } from 'node:events'

import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { systemClock } from '../../../src/adapters/system/system-clock.js'
import { ownerOf, systemProcess } from '../../../src/adapters/system/system-process.js'
import { systemRandom } from '../../../src/adapters/system/system-random.js'
import { attemptId, nonce, ownerId, vaultId } from '../../../src/domain/shared/identifiers.js'
import { instant, millis } from '../../../src/domain/shared/instant.js'

const ms = (value: number) => {
  const made = millis(value)
  if (E.isLeft(made)) throw new Error('bad duration')
  return made.right
}

describe('system clock', () => {
  const measure = async (stop: AbortController, duration: number): Promise<number> => {
    const clock = systemClock(stop.signal)
    const before = clock.monotonic()
    await clock.sleep(ms(duration))()
    return clock.monotonic() - before
  }

  it('tells the time as an instant', () => {
    const now = systemClock(new AbortController().signal).now()
    expect(E.isRight(instant(now))).toBe(true)
    expect(Math.abs(now - Date.now())).toBeLessThan(1000)
  })

  it('never goes back', () => {
    const clock = systemClock(new AbortController().signal)
    const times = Array.from({ length: 1000 }, () => clock.monotonic())
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.every(Number.isSafeInteger)).toBe(true)
  })

  it('sleeps as long as it is told', async () => {
    const slept = await measure(new AbortController(), 60)
    expect(slept).toBeGreaterThanOrEqual(58)
    expect(slept).toBeLessThan(2000)
  })

  it('wakes at once when it is told to stop, also for a sleep too long for one timer', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 20)
    expect(await measure(stop, 1e12)).toBeLessThan(2000)
    expect(await measure(stop, 60_000)).toBeLessThan(2000)
  })

  it('leaves no listener behind', async () => {
    const stop = new AbortController()
    for (let n = 0; n < 20; n += 1) await measure(stop, 0)
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })
})

describe('system random', () => {
  it('makes well-formed identifiers, none twice', () => {
    const made = Array.from({ length: 500 }, () => [systemRandom.nonce(), systemRandom.attemptId(), systemRandom.vaultId()] as const)
    expect(new Set(made.flat()).size).toBe(1500)
    for (const [n, a, v] of made) expect([E.isRight(nonce(n)), E.isRight(attemptId(a)), E.isRight(vaultId(v))]).toEqual([true, true, true])
  })

  it('makes fractions from 0 to below 1', () => {
    const made = Array.from({ length: 1000 }, systemRandom.fraction)
    expect(Math.min(...made)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...made)).toBeLessThan(1)
    expect(new Set(made).size).toBeGreaterThan(900)
  })
})

describe('system process', () => {
  it('has an owner of its own that names host and process', () => {
    const { signal } = new AbortController()
    const owners = [systemProcess(signal).owner, systemProcess(signal).owner]
    expect(new Set(owners).size).toBe(2)
    for (const owner of owners) expect(owner).toContain(`:${process.pid}:`)
  })

  it.each(['', 'bücher host\n', 'x'.repeat(300), '漢字'])('has a valid owner on a host called %j', (host) => {
    expect(E.isRight(ownerId(ownerOf(host, '0f1e2d3c.4026531836', 4_194_304, 1_800_000_000_000)))).toBe(true)
  })

  it('sees on Linux that a process of its own machine is dead, and believes every other alive', () => {
    const { owner, isGone } = systemProcess(new AbortController().signal)
    const child = spawnSync(process.execPath, ['-e', '0'])
    const space = owner.split(':')[1] ?? ''
    expect(isGone(owner)).toBe(false)
    expect(isGone(ownerOf('here', space, child.pid, 1))).toBe(process.platform === 'linux')
    expect(isGone(ownerOf('here', `${space}1`, child.pid, 1))).toBe(false)
    expect(isGone(ownerOf('here', '', child.pid, 1))).toBe(false)
  })

  it('is stopping once it was told to', () => {
    const stop = new AbortController()
    const { stopping } = systemProcess(stop.signal)
    expect(stopping()).toBe(false)
    stop.abort()
    expect(stopping()).toBe(true)
  })
})
