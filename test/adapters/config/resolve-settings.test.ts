import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { resolveSettings } from '../../../src/adapters/config/resolve-settings.js'
import { type FileSettings, type GivenSettings, noFileSettings } from '../../../src/adapters/config/settings.js'

const places = { workingFolder: '/here', userFolder: '/home/u' }
const empty = noFileSettings('/v/config.yaml')

const resolved = (given: GivenSettings, env: Record<string, string>, file: FileSettings = empty) => {
  const found = resolveSettings({ given, env, file }, places)
  if (E.isLeft(found)) throw new Error(`${found.left.field} ${found.left.rule}`)
  return found.right
}

const problem = (given: GivenSettings, env: Record<string, string>, file: FileSettings = empty) => {
  const found = resolveSettings({ given, env, file }, places)
  return E.isLeft(found) ? found.left : null
}

const file: FileSettings = {
  path: '/v/config.yaml',
  values: { httpTimeoutMs: { value: 3, line: 7 }, masterKeyFile: { value: 'k/vault.key', line: 2 } },
  alerts: [],
}

describe('settings', () => {
  it('fall back to the defaults of the command line contract', () => {
    expect(resolved({}, {})).toEqual({
      home: { value: '/home/u/.lean_vault', origin: 'default', source: null },
      baseUrl: { value: 'https://openrouter.ai/api/v1', origin: 'default', source: null },
      masterKeyFile: { value: null, origin: 'default', source: null },
      headFile: { value: null, origin: 'default', source: null },
      httpTimeoutMs: { value: 30_000, origin: 'default', source: null },
      retryBudgetMs: { value: 60_000, origin: 'default', source: null },
      settleMs: { value: 15_000, origin: 'default', source: null },
    })
  })

  it('take the option before the environment before the file', () => {
    const env = { LEAN_VAULT_HTTP_TIMEOUT_MS: '2' }
    expect(resolved({ httpTimeoutMs: 1 }, env, file).httpTimeoutMs).toEqual({ value: 1, origin: 'option', source: null })
    expect(resolved({}, env, file).httpTimeoutMs).toEqual({
      value: 2,
      origin: 'environment',
      source: 'LEAN_VAULT_HTTP_TIMEOUT_MS',
    })
    expect(resolved({}, {}, file).httpTimeoutMs).toEqual({ value: 3, origin: 'file', source: '/v/config.yaml:7' })
  })

  it('take an empty variable for one that is not set', () => {
    expect(resolved({}, { LEAN_VAULT_HTTP_TIMEOUT_MS: '', LEAN_VAULT_HOME: '' }, file).httpTimeoutMs.value).toBe(3)
  })

  it.each(['1e3', ' 5', '-1', '0x10', '1.5', 'soon', '600001', '0', '9'.repeat(40)])(
    'refuse LEAN_VAULT_HTTP_TIMEOUT_MS=%s by name, without its value',
    (text) => {
      const found = problem({}, { LEAN_VAULT_HTTP_TIMEOUT_MS: text })
      expect(found?.field).toBe('LEAN_VAULT_HTTP_TIMEOUT_MS')
      expect(found?.rule).toBe('must be a whole number of milliseconds from 1 to 600000')
    },
  )

  it('make paths absolute: of the file against the vault, others against the working folder', () => {
    expect(resolved({ home: 'v' }, {}).home.value).toBe('/here/v')
    expect(resolved({ home: '/v' }, {}, file).masterKeyFile.value).toBe('/v/k/vault.key')
    expect(resolved({ home: '/v' }, { LEAN_VAULT_MASTER_KEY_FILE: 'k' }, file).masterKeyFile.value).toBe('/here/k')
    const tilde = { ...file, values: { masterKeyFile: { value: '~/k', line: 1 } } }
    expect(resolved({ home: '/v' }, {}, tilde).masterKeyFile.value).toBe('/home/u/k')
  })

  it('cut the slash at the end of the base URL and refuse other hosts over plain http', () => {
    expect(resolved({ baseUrl: 'https://a.example/api/v1/' }, {}).baseUrl.value).toBe('https://a.example/api/v1')
    expect(problem({}, { OPENROUTER_BASE_URL: 'http://a.example/api/v1' })?.field).toBe('OPENROUTER_BASE_URL')
    expect(problem({}, { OPENROUTER_BASE_URL: 'https://u:secret@a.example/api/v1' })?.rule).not.toContain('secret')
  })
})

describe('a profile', () => {
  const homeOf = (given: GivenSettings, env: Record<string, string>): unknown => resolved(given, env).home

  it('is a folder beside the usual one', () => {
    expect(homeOf({ profile: 'work' }, {})).toEqual({ value: '/home/u/.lean_vault-work', origin: 'option', source: null })
    expect(homeOf({}, { LEAN_VAULT_PROFILE: 'work' })).toEqual({ value: '/home/u/.lean_vault-work', origin: 'environment', source: 'LEAN_VAULT_PROFILE' })
    expect(homeOf({}, { LEAN_VAULT_PROFILE: '' })).toMatchObject({ value: '/home/u/.lean_vault' })
  })

  it('gives way to a folder, and a flag wins over the environment', () => {
    expect(homeOf({ profile: 'work', home: '/v' }, {})).toMatchObject({ value: '/v' })
    expect(homeOf({}, { LEAN_VAULT_PROFILE: 'work', LEAN_VAULT_HOME: '/v' })).toMatchObject({ value: '/v' })
    expect(homeOf({ profile: 'work' }, { LEAN_VAULT_HOME: '/v' })).toMatchObject({ value: '/home/u/.lean_vault-work' })
    expect(homeOf({ home: '/v' }, { LEAN_VAULT_PROFILE: 'no/name' })).toMatchObject({ value: '/v' })
  })

  it.each(['a/b', '..', '', '-x', 'x'.repeat(33), '~'])('%j is refused', (profile) => {
    expect(resolveSettings({ given: { profile }, env: {}, file: noFileSettings('/x') }, places)).toMatchObject({ _tag: 'Left', left: { field: 'profile' } })
  })
})
