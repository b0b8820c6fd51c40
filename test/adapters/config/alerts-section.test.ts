import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Ajv2020 } from 'ajv/dist/2020.js'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as yaml from 'yaml'

import { type AlertScope, parseAlertEdit } from '../../../src/adapters/config/alert-edit.js'
import { alertPolicyOf } from '../../../src/adapters/config/alert-policy.js'
import { setAlerts } from '../../../src/adapters/config/edit-config.js'
import { checkConfig, parseConfig } from '../../../src/adapters/config/check-config.js'
import { defaultPolicy } from '../../../src/domain/alerts/policy.js'
import { ruleNames } from '../../../src/domain/alerts/rule.js'

let path = ''
beforeEach(() => (path = join(mkdtempSync(join(tmpdir(), 'lean-vault-alerts-')), 'config.yaml')))
afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }))

const check = (text: string) => checkConfig(parseConfig(yaml, 'config.yaml', text))
const policyIn = (text: string) => {
  const found = check(text)
  if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
  return alertPolicyOf(found.right.alerts)
}
const problem = (text: string): string => {
  const found = check(text)
  return E.isLeft(found) && found.left._tag === 'InvalidInput' ? `${found.left.field} ${found.left.rule}` : 'accepted'
}

const whole = `alerts:
  thresholds: [50, 90]
  expiring: [2w, 12h]
  spikeFactor: 3.5
  rotateAfter: 90d
  rotate: on
  quietHours: "22:00-07:30"
  creditLow: 12.34
  digestAbove: 7
  rules:
    forecast: off
    debt: { severity: warning }
    spike: { enabled: true, severity: warning, action: contain }
    acme:weekend: off
  tags:
    team=web:
      rules: { forecast: on }
  keys:
    ci-bot: { thresholds: [], quietHours: off, rotateAfter: off, rotate: off }
`

describe('the alerts section of config.yaml', () => {
  it('makes a policy of the usual one', () => {
    const hour = 3_600_000
    expect(policyIn(whole)).toEqual({
      ...defaultPolicy,
      creditLow: 12_340_000_000_000n,
      digestAbove: 7,
      all: {
        thresholds: [50, 90],
        expiring: [336 * hour, 12 * hour],
        spikeFactor: 3.5,
        rotateAfter: 90 * 24 * hour,
        rotate: true,
        quiet: { from: 22 * 60, to: 7 * 60 + 30 },
        off: ['forecast', 'acme:weekend'],
        on: ['spike'],
        severity: { debt: 'warning', spike: 'warning' },
        action: { spike: 'contain' },
      },
      tags: { 'team=web': { on: ['forecast'] } },
      keys: { 'ci-bot': { thresholds: [], quiet: null, rotateAfter: null, rotate: false } },
    })
    expect(policyIn('alerts:\n')).toEqual(defaultPolicy)
    expect(policyIn('alerts:\n  keys:\n  rules: {}\n')).toEqual(defaultPolicy)
  })

  it.each([
    ['alerts:\n  threshold: [80]\n', 'config.yaml:2: alerts.threshold is not a setting of alerts; did you mean thresholds?'],
    ['alerts:\n  rules:\n    treshold: off\n', 'config.yaml:3: alerts.rules.treshold is not a rule; rules are threshold, limit-reached'],
    ['alerts:\n  rules:\n    debt: { action: contain }\n', 'config.yaml:3: alerts.rules.debt.action is not a setting of alerts; here there are enabled, severity'],
    ['alerts:\n  rules:\n    debt: high\n', 'config.yaml:3: alerts.rules.debt must be on, off, or enabled'],
    ['alerts:\n  rules:\n    debt:\n      severity: high\n', 'config.yaml:4: alerts.rules.debt.severity must be info, warning or critical'],
    ['alerts:\n  thresholds: [80, 100]\n', 'config.yaml:2: alerts.thresholds must be a list of at most 10 whole percents'],
    ['alerts:\n  keys:\n    ci-bot:\n      creditLow: 5\n', 'config.yaml:4: alerts.keys.ci-bot.creditLow is not a setting of alerts'],
    ['alerts:\n  keys:\n    "no name": {}\n', 'config.yaml:3: alerts.keys.no name is not the name of a key'],
    ['alerts:\n  quietHours: 22-7\n', 'config.yaml:2: alerts.quietHours must be UTC hours such as "22:00-07:00", from one time to another, or off'],
    ['alerts:\n  quietHours: "22:00-22:00"\n', 'config.yaml:2: alerts.quietHours must be UTC hours such as "22:00-07:00", from one time to another, or off'],
    ['alerts: [1]\n', 'config.yaml:1: alerts must be a list of "setting: value" lines'],
    ['alerts:\n  keys: &a\n    b: *a\n', 'config.yaml:3: alerts.keys.b must be'],
  ])('refuses %j by file, line and field', (text, message) => {
    expect(problem(text)).toContain(message)
  })

  const words = fc.constantFrom<unknown>('on', 'off', 'contain', 'info', '7d', '0d', '90d', '22:00-07:00', '24:00-07:00', 5, 80, 100, 0, 1.5, true, null)
  const values = fc.oneof(words, fc.array(fc.constantFrom<unknown>(1, 50, 99, 100, '7d', 'x', 5.5, null), { maxLength: 11 }))
  const ruleValues = fc.oneof(
    words,
    fc.dictionary(fc.constantFrom('enabled', 'severity', 'action', 'on'), fc.constantFrom<unknown>(true, 'info', 'contain', 'tell', null), { maxKeys: 2 }),
  )
  const rules = fc.dictionary(fc.constantFrom(...ruleNames, 'acme:weekend', 'nonsense', 'A:b'), ruleValues, { maxKeys: 2 })
  const measures = ['thresholds', 'expiring', 'spikeFactor', 'rotateAfter', 'rotate', 'quietHours', 'creditLow', 'digestAbove', 'rules'] as const
  const level = fc.oneof(
    { weight: 8, arbitrary: fc.dictionary(fc.constantFrom(...measures), values, { maxKeys: 2 }) },
    { weight: 4, arbitrary: fc.record({ rules }) },
    { weight: 1, arbitrary: words },
  )
  const names = fc.constantFrom('team=web', 'team=', '=x', 'ci-bot', '1', '-x', 'a b', '__proto__', 'constructor')
  const section = fc.tuple(level, fc.option(fc.record({ tags: fc.dictionary(names, level, { maxKeys: 1 }) })), fc.option(fc.record({ keys: fc.dictionary(names, level, { maxKeys: 1 }) })))

  it('is accepted exactly where the published schema accepts it', () => {
    const schema: unknown = JSON.parse(readFileSync(new URL('../../../schema/config.schema.json', import.meta.url), 'utf8'))
    const bySchema = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema as object)
    const seen = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(section, ([own, tags, keys]) => {
        const document = { alerts: typeof own === 'object' && !Array.isArray(own) ? { ...own, ...tags, ...keys } : own }
        const accepted = E.isRight(check(yaml.stringify(document)))
        seen[accepted ? 'accepted' : 'refused'] += 1
        expect(bySchema(document), JSON.stringify(document)).toBe(accepted)
      }),
      { numRuns: 3000 },
    )
    expect(seen.accepted).toBeGreaterThan(150)
    expect(seen.refused).toBeGreaterThan(300)
  })
})

const set = async (setting: string, text: string, scope: AlertScope = {}): Promise<string> => {
  const edit = parseAlertEdit(setting, text, scope)
  if (E.isLeft(edit)) return edit.left._tag === 'InvalidInput' ? `${edit.left.field} ${edit.left.rule}` : edit.left._tag
  const done = await setAlerts(path, edit.right)()
  return E.isRight(done) ? readFileSync(path, 'utf8') : JSON.stringify(done.left)
}

describe('alerts rules set', () => {
  it('writes what is read, and takes it away again', async () => {
    expect(await set('forecast', 'off')).toBe('alerts:\n  rules:\n    forecast: off\n')
    expect(await set('forecast', 'critical')).toBe('alerts:\n  rules:\n    forecast:\n      enabled: false\n      severity: critical\n')
    expect(await set('forecast', 'on')).toContain('enabled: true')
    expect(await set('thresholds', '50,90', { tag: 'team=web' })).toContain('tags:\n    team=web:\n      thresholds: [ 50, 90 ]\n')
    expect(await set('spike', 'contain', { key: 'ci-bot' })).toContain('keys:\n    ci-bot:\n      rules:\n        spike:\n          action: contain\n')
    expect(policyIn(readFileSync(path, 'utf8'))).toMatchObject({ tags: { 'team=web': { thresholds: [50, 90] } }, keys: { 'ci-bot': { action: { spike: 'contain' } } } })
    await set('spike', 'default', { key: 'ci-bot' })
    await set('thresholds', 'default', { tag: 'team=web' })
    expect(await set('forecast', 'default')).toBe('{}\n')
    expect(policyIn(readFileSync(path, 'utf8'))).toEqual(defaultPolicy)
  })

  it('keeps comments, order and everything else of the file', async () => {
    const text = '# team defaults\nsettleMs: 1 # quick\n\nalerts: # who is told\n  # we know\n  rules:\n    forecast: off # too noisy\n    debt: on\n  keys:\n'
    writeFileSync(path, text)
    const after = await set('spike', 'contain', { key: 'ci-bot' })
    for (const comment of ['# team defaults', '# quick', '# who is told', '# we know', '# too noisy']) expect(after).toContain(comment)
    expect(after.indexOf('forecast')).toBeLessThan(after.indexOf('debt'))
    const more = await set('forecast', 'info')
    for (const comment of ['# team defaults', '# quick', '# who is told', '# we know', '# too noisy']) expect(more).toContain(comment)
    expect(policyIn(more)).toMatchObject({ all: { off: ['forecast'], on: ['debt'], severity: { forecast: 'info' } }, keys: { 'ci-bot': { action: { spike: 'contain' } } } })
  })

  it.each<readonly [string, string, AlertScope, string]>([
    ['forecast', 'maybe', {}, 'forecast must be on, off, info, warning, critical, tell, contain or default'],
    ['debt', 'contain', {}, 'debt cannot contain a key'],
    ['treshold', 'off', {}, 'did you mean threshold?'],
    ['thresholds', '80,120', {}, 'thresholds must be a list'],
    ['creditLow', '-5', {}, 'creditLow must be a number of dollars'],
    ['creditLow', '5', { key: 'ci-bot' }, 'creditLow cannot be set for a key or a tag'],
    ['creditLow', 'default', { key: 'ci-bot' }, 'creditLow cannot be set for a key or a tag'],
    ['forecast', 'off', { key: 'no name' }, 'key must be the name of a key'],
    ['forecast', 'off', { tag: 'web' }, 'tag must be a tag such as team=web'],
    ['forecast', 'off', { tag: 'a=b', key: 'c' }, 'scope must be a key or a tag, not both'],
    ['quietHours', '22-7', {}, 'quietHours must be UTC hours'],
  ])('refuses %s %s %j and writes nothing', async (setting, text, scope, message) => {
    expect(await set(setting, text, scope)).toContain(message)
    expect(existsSync(path)).toBe(false)
  })

  it('never writes what it would not read', async () => {
    const scope = fc.constantFrom<AlertScope>({}, { key: 'a.b' }, { key: '1' }, { tag: 'x=y: z' }, { tag: 'x=#' })
    const setting = fc.constantFrom(...ruleNames, 'acme:weekend', ...['thresholds', 'expiring', 'spikeFactor', 'rotateAfter', 'rotate', 'quietHours', 'creditLow', 'digestAbove'])
    const text = fc.constantFrom('on', 'off', 'critical', 'contain', 'tell', 'default', '50', '50,60', '7d', '5', '22:00-07:00', 'none')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(setting, text, scope), { maxLength: 6 }), async (edits) => {
        rmSync(path, { force: true })
        for (const [name, word, where] of edits) await set(name, word, where)
        if (existsSync(path)) expect(problem(readFileSync(path, 'utf8'))).toBe('accepted')
      }),
      { numRuns: 60 },
    )
  })
})
