import { readFileSync } from 'node:fs'

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { discordBody, pagerdutyBody, slackBody, teamsBody } from '../../../src/adapters/alert-channels/chat-bodies.js'
import type { AlertMessage, OutgoingAlert } from '../../../src/application/ports/alert-channel.js'
import type { Instant } from '../../../src/domain/shared/instant.js'

/** An example that the service's own documents print, where, and what they say besides. */
interface Documented {
  readonly source: string
  readonly example: unknown
  readonly required: ReadonlyArray<string>
  readonly more: ReadonlyArray<{ readonly path: string; readonly type: string; readonly source: string }>
  /** Where nothing else than in the example may be said. */
  readonly same?: ReadonlyArray<string>
}

const documented = (name: string): Documented => JSON.parse(readFileSync(new URL(`documented/${name}.json`, import.meta.url), 'utf8')) as Documented

/** Each place of a document with the type, and the value, that is there. */
const places = (value: unknown, path = ''): ReadonlyArray<readonly [path: string, type: string, value: unknown]> => {
  if (Array.isArray(value)) return [[path, 'array', null], ...value.flatMap((each) => places(each, `${path}[]`))]
  if (typeof value !== 'object' || value === null) return [[path, value === null ? 'null' : typeof value, value]]
  const inner = Object.entries(value).flatMap(([name, each]) => places(each, path === '' ? name : `${path}.${name}`))
  return path === '' ? inner : [[path, 'object', null], ...inner]
}

const alert: fc.Arbitrary<OutgoingAlert> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{32}$/),
  raisedAt: fc.nat().map((at) => at as Instant),
  name: fc.option(fc.stringMatching(/^[a-z]{1,64}$/)),
  lineage: fc.stringMatching(/^[a-z]{1,64}#[1-9]$/),
  rule: fc.constantFrom('spike', 'debt', 'acme:weekend'),
  severity: fc.constantFrom('info', 'warning', 'critical'),
  happened: fc.string({ unit: 'grapheme', maxLength: 600 }),
  means: fc.string({ unit: 'grapheme', maxLength: 600 }),
  next: fc.string({ unit: 'grapheme', maxLength: 600 }),
})
const message: fc.Arbitrary<AlertMessage> = fc
  .record({ id: fc.stringMatching(/^[0-9a-f]{32}$/), at: fc.nat().map((at) => at as Instant), first: alert, times: fc.integer({ min: 1, max: 50 }) })
  .map(({ id, at, first, times }) => ({ id, at, alerts: [first, ...Array.from({ length: times - 1 }, () => first)] }))

const routingKey = 'R0UT1NGKEY0123456789abcdefABCDEF'
const bodies: Readonly<Record<string, (message: AlertMessage) => unknown>> = {
  slack: slackBody,
  discord: discordBody,
  teams: teamsBody,
  pagerduty: (each) => pagerdutyBody(each, routingKey),
}

const runs = { numRuns: 40 }

describe.each(Object.entries(bodies))('every message for %s', (name, bodyOf) => {
  const { example, required, more, same = [], source } = documented(name)
  const known = new Map([...places(example).map(([path, type]) => [path, type] as const), ...more.map(({ path, type }) => [path, type] as const)])
  const said = new Map(places(example).map(([path, , value]) => [path, value]))

  it('has only fields that the public document has, each of the type there, and those that it demands', () => {
    expect(source).toMatch(/^https:/)
    fc.assert(
      fc.property(message, (each) => {
        const found = places(bodyOf(each))
        const unknown = found.filter(([path, type]) => known.get(path) !== type).map(([path, type]) => `${path}: ${type}`)
        expect(unknown).toEqual([])
        expect(required.filter((path) => !found.some(([has]) => has === path))).toEqual([])
        for (const [path, , value] of found) if (same.includes(path)) expect(value).toEqual(said.get(path))
      }),
      runs,
    )
  })

  it('is well-formed text, whatever the alerts say', () => {
    fc.assert(fc.property(message, (each) => !/\\ud[89a-f]/i.test(JSON.stringify(bodyOf(each)))), runs)
  })
})

describe('the length of a message', () => {
  const at = (body: unknown, ...path: ReadonlyArray<string>): string =>
    String(path.reduce<unknown>((inner, name) => (inner as Readonly<Record<string, unknown>>)[name], body))

  const ours: OutgoingAlert = {
    id: 'a'.repeat(32),
    raisedAt: 0 as Instant,
    name: 'ci-bot',
    lineage: 'ci-bot#1',
    rule: 'threshold',
    severity: 'warning',
    happened: 'ci-bot has used 80 percent of its limit: $20.00 of its $25.00 for the month (read 3 minutes ago).',
    means: 'It goes on working until the limit is reached.',
    next: 'Look at lean-vault show ci-bot; lean-vault suspend ci-bot stops it.',
  }

  it('leaves out what an alert means before it leaves out an alert, and says how many are left out', () => {
    const of = (count: number) => at(discordBody({ id: ours.id, at: 0 as Instant, alerts: [ours, ...Array.from({ length: count - 1 }, () => ours)] }), 'content')
    expect(of(5)).toContain(ours.means)
    expect(of(10)).not.toContain(ours.means)
    expect(of(10).split(ours.happened)).toHaveLength(11)
    expect(of(50)).toMatch(/\.\.\. and 40 more: lean-vault alerts list shows each\.$/)
  })

  it('is what each service takes: https://docs.discord.com, https://docs.slack.dev, https://developer.pagerduty.com, https://learn.microsoft.com', () => {
    fc.assert(
      fc.property(message, (each) => {
        expect(at(discordBody(each), 'content').length).toBeLessThanOrEqual(2_000)
        expect(at(slackBody(each), 'text').length).toBeLessThanOrEqual(40_000)
        const event = pagerdutyBody(each, routingKey)
        expect(at(event, 'payload', 'summary').length).toBeLessThanOrEqual(1_024)
        expect(at(event, 'dedup_key').length).toBeLessThanOrEqual(255)
        expect(['critical', 'error', 'warning', 'info']).toContain(at(event, 'payload', 'severity'))
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(512_000)
        // A message for Teams may have 28 KB as a whole.
        expect(Buffer.byteLength(JSON.stringify(teamsBody(each)))).toBeLessThanOrEqual(28_000)
      }),
      runs,
    )
  })
})
