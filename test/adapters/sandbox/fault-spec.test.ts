import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { faultPlan } from '../../../src/adapters/sandbox/fault-plan.js'
import { type FaultRule, parseFaultSpec } from '../../../src/adapters/sandbox/fault-spec.js'

const rules = (spec: string): ReadonlyArray<FaultRule> => {
  const parsed = parseFaultSpec(spec)
  if (E.isLeft(parsed)) throw new Error(parsed.left.message)
  return parsed.right
}

const plan = (spec: string, fraction: () => number = () => 0.5) => {
  const next = faultPlan(rules(spec), fraction)
  return (method: string, path: string) => next({ method, path })?._tag ?? '-'
}

describe('a fault specification', () => {
  it('is read rule by rule', () => {
    expect(rules('POST /keys:lost-after@1, DELETE /keys/*:5xx-before(503)*3,*:rate-limited(2)%10')).toEqual([
      { method: 'POST', path: '/keys', fault: { _tag: 'lost-after' }, when: { _tag: 'Nth', n: 1 } },
      { method: 'DELETE', path: '/keys/*', fault: { _tag: '5xx-before', status: 503 }, when: { _tag: 'First', n: 3 } },
      { method: null, path: '*', fault: { _tag: 'rate-limited', retryAfter: 2 }, when: { _tag: 'Percent', percent: 10 } },
    ])
    expect(rules('')).toEqual([])
    expect(rules('/keys:late')).toEqual([{ method: null, path: '/keys', fault: { _tag: 'late', delay: 1000 }, when: { _tag: 'Always' } }])
  })

  it.each([
    ['nonsense', 'fault rule "nonsense": must be like "POST /keys:lost-after@1"'],
    ['/keys:lost', 'fault rule "/keys:lost": unknown fault "lost", known are lost-before, '],
    ['POST /keys:garbage(3)', 'fault rule "POST /keys:garbage(3)": "garbage" takes no number'],
    ['*:refuse(500)', 'fault rule "*:refuse(500)": the number of "refuse" must be from 400 to 499'],
    ['*:html@0', 'fault rule "*:html@0": the count must be at least 1, a percentage at most 100'],
    ['*:html%101', 'fault rule "*:html%101": the count must be at least 1, a percentage at most 100'],
    ['*:html,PUT /x:html', 'fault rule "PUT /x:html": must be like'],
  ])('%s is refused with a reason', (spec, message) => {
    expect(parseFaultSpec(spec)).toMatchObject(E.left({ _tag: 'InvalidFaultSpec', message: expect.stringContaining(message) }))
  })

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom('POST', ' ', '/keys', '*', ':', 'late', '(', '9', ')', '@', '%', ',', 'constructor')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(['Left', 'Right']).toContain(parseFaultSpec(pieces.join(''))._tag)
      }),
    )
    expect(parseFaultSpec('*:constructor')._tag).toBe('Left')
  })
})

describe('a fault plan', () => {
  it('counts the requests that match a rule and lets the first acting rule decide', () => {
    const next = plan('POST /keys:lost-after@2,POST /keys:html*3,/keys/*:amnesia')
    expect([1, 2, 3, 4].map(() => next('POST', '/keys'))).toEqual(['html', 'lost-after', 'html', '-'])
    expect(next('GET', '/keys')).toBe('-')
    expect(next('GET', '/keys/abc')).toBe('amnesia')
    expect(next('GET', '/keys/abc/def')).toBe('-')
  })

  it('asks the given chance for percentages', () => {
    const chances = [0.09, 0.1, 0.11, 0.0999]
    const next = plan('*:garbage%10', () => chances.shift() ?? 1)
    expect([1, 2, 3, 4].map(() => next('GET', '/key'))).toEqual(['garbage', '-', '-', 'garbage'])
  })
})
