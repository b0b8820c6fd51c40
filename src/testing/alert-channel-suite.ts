import { isLeft, isRight } from 'fp-ts/lib/Either.js'

import type { AlertChannel, AlertMessage, OutgoingAlert } from '../application/ports/alert-channel.js'
import type { Instant } from '../domain/shared/instant.js'
import { expect } from './expect.js'
import { type Suite, suiteOf } from './suite.js'

/** How the receiver behaves next. */
export type Mood = 'takes' | 'fails' | 'refuses' | 'hangs' | 'gone' | 'redirects' | 'garbage'

/** A channel with a receiver of its own that can be watched. */
export interface ChannelUnderTest {
  readonly channel: AlertChannel
  /** What arrived, as text, in order. */
  readonly received: () => ReadonlyArray<string>
  readonly mood: (mood: Mood) => void
  readonly close: () => Promise<void>
}

/** A channel to try, and what may be expected of it in trouble. */
export interface ChannelSubject {
  /** `timeout` is the whole time that the channel gives a message, in milliseconds. */
  readonly open: (timeout: number) => Promise<ChannelUnderTest>
  /** The moods that make sense for it, and whether it calls them hopeless. */
  readonly troubles: Readonly<Partial<Record<Mood, 'hopeless' | 'passing'>>>
  /** What must not be in any text that it gives back. */
  readonly secrets: ReadonlyArray<string>
}

const at = Date.UTC(2026, 10, 10, 12) as Instant

const alertOf = (n: number): OutgoingAlert => ({
  id: String(n).padStart(32, '0'),
  raisedAt: at,
  name: `key-${String(n)}`,
  lineage: `key-${String(n)}#1`,
  rule: 'limit-reached',
  severity: 'critical',
  happened: `key-${String(n)} has reached its limit: $25.00 of its $25.00 for the month (read 3 minutes ago).`,
  means: 'Its programs <b>are</b> refused & @everyone is told.',
  next: 'Look at lean-vault show.',
})

/** A message with one alert for each of these numbers, for trying a channel by hand. */
export const messageOf = (...numbers: readonly [number, ...ReadonlyArray<number>]): AlertMessage => {
  const [first, ...rest] = numbers
  return { id: String(first).padStart(32, 'a'), at, alerts: [alertOf(first), ...rest.map(alertOf)] }
}

/** What every channel must do, whatever is at its other end. */
export const alertChannelSuite = ({ open, troubles, secrets }: ChannelSubject): Suite => {
  const using = async (timeout: number, use: (tested: ChannelUnderTest) => Promise<void>): Promise<void> => {
    const tested = await open(timeout)
    try {
      await use(tested)
    } finally {
      await tested.close()
    }
  }

  return suiteOf(({ it }) => {
    it('delivers what happened, what it means and what to do, once', () =>
      using(5_000, async ({ channel, received }) => {
        expect(isRight(await channel.deliver(messageOf(1))())).toBe(true)
        expect(received()).toHaveLength(1)
        expect(received()[0]).toContain('key-1 has reached its limit')
        expect(received()[0]).toContain('lean-vault show')
      }))

    it('tells every alert of a digest in one message', () =>
      using(5_000, async ({ channel, received }) => {
        expect(isRight(await channel.deliver(messageOf(1, 2, 3))())).toBe(true)
        expect(received()).toHaveLength(1)
        for (const n of [1, 2, 3]) expect(received()[0]).toContain(`key-${String(n)}`)
      }))

    it.each(Object.entries(troubles))('says so, in time and once, when its receiver %s (%s)', ([mood, hope]) =>
      using(500, async (tested) => {
        tested.mood(mood as Mood)
        const began = Date.now()
        const answer = await tested.channel.deliver(messageOf(1))()
        expect(Date.now() - began).toBeLessThan(4_000)
        expect(isLeft(answer) && answer.left).toMatchObject({ _tag: 'DeliveryProblem', hopeless: hope === 'hopeless' })
        const text = JSON.stringify(answer)
        for (const secret of secrets) expect(text).not.toContain(secret)
        expect(tested.received().length).toBeLessThanOrEqual(1)
        if (mood !== 'gone') {
          tested.mood('takes')
          expect(isRight(await tested.channel.deliver(messageOf(2))())).toBe(true)
        }
      }),
    )
  })
}
