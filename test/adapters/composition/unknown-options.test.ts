import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import {
  changeSetting,
  changeVaultKey,
  describeVaultKey,
  effectiveSettings,
  findVault,
  initVault,
  openVault,
  promises,
  startSandbox,
  type Vault,
  type VaultOptions,
} from '../../../src/index.js'
import { left, makePlace, type Place, right } from './place.js'

let place: Place
let vault: Vault
beforeEach(async () => {
  place = makePlace()
  await right(initVault({ ...place.options, managementKey: place.managementKey }))
  vault = await right(openVault(place.options))
})
afterEach(async () => {
  await right(vault.close())
  place.dispose()
})

/** What a caller in plain JavaScript passes. */
const given = (options: unknown): never => options as never

describe('an option that there is not', () => {
  it('is refused by its name, with the one that was meant, before anything is done', async () => {
    const before = place.world.journal.length
    expect(await left(vault.add('k', given({ monthly_limit: 5 })))).toEqual({
      _tag: 'InvalidInput',
      field: 'monthly_limit',
      rule: 'is no option of add; did you mean monthlyLimit?',
    })
    expect(place.world.journal.length).toBe(before)
    expect(await right(vault.list())).toEqual([])
  })

  it('is refused by every function of a vault', async () => {
    await right(vault.add('k'))
    const tries: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
      ['localonly', () => left(vault.remove('k', given({ localonly: true })))],
      ['leakt', () => left(vault.planRemoval('k', given({ leakt: true })))],
      ['dry_run', () => left(vault.reconcile(given({ dry_run: true })))],
      ['al', () => left(vault.list(given({ al: true })))],
      ['vlue', () => left(vault.list(given({ tag: { key: 'a', vlue: 'b' } })))],
      ['from', () => left(vault.history(given({ from: '7d' })))],
      ['tags', () => left(vault.panic(given({ tags: { key: 'a', value: 'b' } })))],
    ]
    for (const [field, run] of tries) expect(await run()).toMatchObject({ _tag: 'InvalidInput', field })
    expect(await right(vault.show('k'))).toMatchObject({ state: 'active', pending: [] })
  })

  it('is refused by every door of the library', async () => {
    const wrong: VaultOptions = given({ ...place.options, hom: place.home })
    const init = { ...wrong, managementKey: place.managementKey }
    for (const door of [openVault(wrong), findVault(wrong), initVault(init), effectiveSettings(wrong), changeSetting(wrong, 'settleMs', '5'), describeVaultKey(wrong), changeVaultKey(wrong, { to: 'rotate' })])
      expect(await left<unknown>(door)).toMatchObject({ _tag: 'InvalidInput', field: 'hom', rule: 'is no option of a vault; did you mean home?' })
    expect(await left(openVault(given({ ...place.options, overrides: { clck: null } })))).toMatchObject({ field: 'clck' })
    await expect(promises.openVault(wrong)).rejects.toMatchObject({ error: { _tag: 'InvalidInput', field: 'hom' } })
    expect(await startSandbox(given({ ports: 1 }))()).toMatchObject({
      left: { _tag: 'UnknownSandboxOption', message: 'ports is no option of startSandbox; did you mean port?' },
    })
  })

  it('is a key that somebody mistook for one, and is not repeated', async () => {
    const error = await left(vault.add('k', given({ [`sk-or-v1-${'a'.repeat(64)}`]: true })))
    expect(JSON.stringify(error)).not.toContain('aaaa')
  })
})

describe('options that are no options at all', () => {
  it.each([null, 5, 'all', ['all'], true])('such as %j are refused', async (options) => {
    expect(await left(vault.add('k', given(options)))).toMatchObject({ _tag: 'InvalidInput', field: 'options' })
    expect(await left(vault.remove('k', given(options)))).toMatchObject({ _tag: 'InvalidInput', field: 'options' })
  })

  it.each([undefined, {}, { tag: {} }, { tag: { key: 'a' } }, { tag: null }, []])('of a panic, such as %j, are refused', async (scope) => {
    expect(await left(vault.panic(given(scope)))).toMatchObject({ _tag: 'InvalidInput' })
  })
})
