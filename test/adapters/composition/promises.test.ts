import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { isVaultFailure, openVault, promised, promises, reveal } from '../../../src/index.js'
import { makePlace, type Place, right } from './place.js'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.dispose())

describe('the Promise face', () => {
  it('goes the whole way', async () => {
    const made = await promises.initVault({ ...place.options, managementKey: place.managementKey })
    expect(made.home).toBe(place.home)
    const vault = await promises.openVault(place.options)
    expect(await vault.add('k', { monthlyLimit: 5 })).toMatchObject({ outcome: 'added' })
    expect(reveal((await vault.get('k')).secret)).toMatch(/^sk-or-v1-/)
    expect(await vault.list()).toHaveLength(1)
    expect(await vault.show('k')).toMatchObject({ name: 'k' })
    expect(await vault.suspend('k')).toMatchObject({ outcome: 'suspended' })
    expect(await vault.resume('k')).toMatchObject({ outcome: 'resumed' })
    expect(await vault.planRemoval('k')).toMatchObject({ remote: 'live' })
    expect(await vault.checkCredential()).toMatchObject({ account: 'pinned' })
    expect(await vault.changeCredential(place.managementKey)).toMatchObject({ account: 'pinned' })
    expect(await vault.remove('k')).toMatchObject({ outcome: 'removed' })
    expect(await vault.reconcile()).toMatchObject({ outstanding: [] })
    expect((await vault.history({ name: 'k' })).length).toBeGreaterThan(5)
    await vault.close()
  })

  it('rejects with an Error that carries the error as data', async () => {
    const caught: unknown = await promises.openVault(place.options).catch((error: unknown) => error)
    expect(isVaultFailure(caught)).toBe(true)
    expect(caught).toBeInstanceOf(Error)
    expect(caught).toMatchObject({
      name: 'VaultFailure',
      message: `VaultMissing (place: ${place.home})`,
      error: { _tag: 'VaultMissing', place: place.home },
    })
    expect(isVaultFailure(new Error('another'))).toBe(false)
  })

  it('has every function of the vault', async () => {
    await promises.initVault({ ...place.options, managementKey: place.managementKey })
    const vault = await right(openVault(place.options))
    expect(Object.keys(promised(vault)).sort()).toEqual(Object.keys(vault).sort())
    await right(vault.close())
  })
})
