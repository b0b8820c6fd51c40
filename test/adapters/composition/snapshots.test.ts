import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { readKeyFileNow } from '../../../src/adapters/key-file/read-key-file.js'
import { unwrapRing } from '../../../src/adapters/sealing/key-ring.js'
import { makeLogAuthenticator } from '../../../src/adapters/sealing/log-authenticator.js'
import { openSqliteStore, type SqliteStore } from '../../../src/adapters/sqlite-log/sqlite-store.js'
import { stateText } from '../../../src/application/state-text.js'
import type { NewRecord } from '../../../src/application/ports/event-log.js'
import { initialKeyState } from '../../../src/domain/key/initial-state.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { auditVault, changeVaultKey, examine, initVault, openVault, reveal } from '../../../src/index.js'
import { drivers } from '../sqlite-log/fresh-folder.js'
import { makePlace, type Place, right } from './place.js'

const rightOf = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

let place: Place
let keyFile: string
beforeEach(async () => {
  place = makePlace()
  keyFile = (await right(initVault({ ...place.options, managementKey: place.managementKey }))).masterKeyFile ?? ''
  const vault = await right(openVault(place.options))
  await right(vault.add('k', { monthlyLimit: 5, tags: { team: 'a' } }))
  await right(vault.close())
})
afterEach(() => place.dispose())

const withStore = async <A>(use: (store: SqliteStore) => Promise<A>): Promise<A> => {
  const store = rightOf(await openSqliteStore({ folder: place.home, busyTimeout: 1000 as Millis, driver: 'auto' })())
  const [key] = rightOf(readKeyFileNow(keyFile))
  const ring = rightOf(unwrapRing(key, store.info.vaultId, rightOf(await store.keyRing.read()())))
  rightOf(await store.authenticate(makeLogAuthenticator(ring, store.info.vaultId), null)())
  const used = await use(store)
  await store.log.close()()
  return used
}

/** Lets the key have had a long life: its last event again and again, which changes nothing. */
const lengthen = (by: number): Promise<void> =>
  withStore(async ({ log }) => {
    const records = rightOf(await log.read('key/k')())
    const last = records.at(-1)
    if (last === undefined) throw new Error('the key has no history')
    const again: NewRecord = { type: last.type, schema: last.schema, at: last.at, data: last.data }
    rightOf(await log.commit({ appends: [{ stream: 'key/k', expectedVersion: records.length, records: [again, ...Array.from({ length: by - 1 }, () => again)] }], seal: [] })())
  })

const raw = (sql: string, ...values: ReadonlyArray<string>): ReadonlyArray<Readonly<Record<string, unknown>>> => {
  const connection = drivers[0]?.open(join(place.home, 'vault.db'))
  const rows = connection?.prepare(sql).all(...values) ?? []
  connection?.close()
  return rows.map((row) => ({ ...row }))
}

const keptText = (): string | null => {
  const value = raw("SELECT value FROM meta WHERE name = 'fold/key/k'")[0]?.['value']
  return typeof value === 'string' ? value : null
}

const told = async (): Promise<unknown> => {
  const vault = await right(openVault(place.options))
  const [shown, { secret }] = [await right(vault.show('k')), await right(vault.get('k'))]
  await right(vault.close())
  return [shown, reveal(secret)]
}

/** What reads the sum and nothing before it. */
const handedOut = async (): Promise<string> => {
  const vault = await right(openVault(place.options))
  const { secret } = await right(vault.get('k'))
  await right(vault.close())
  return reveal(secret)
}

const findings = async (): Promise<unknown> => ({
  audit: (await right(auditVault(place.options))).damage.map(({ where, what }) => `${where}: ${what}`),
  doctor: (await right(examine(place.options))).findings.filter(({ check }) => check === 'snapshots').map(({ severity }) => severity),
})

describe('the sum of a long history', () => {
  it('is kept when a history is long, and tells the same as all records', async () => {
    const short = await told()
    expect(keptText()).toBeNull()
    await lengthen(400)
    const long = await told()
    expect(long).toMatchObject([{ name: 'k', state: 'active', limits: { monthlySpend: 5 } }, (short as ReadonlyArray<unknown>)[1]])
    expect(keptText()).toContain('lean-vault fold 1')
    expect(await told()).toEqual(long)
    expect(await findings()).toEqual({ audit: [], doctor: ['ok'] })
    await lengthen(3)
    const vault = await right(openVault(place.options))
    await right(vault.suspend('k'))
    expect(await right(vault.show('k'))).toMatchObject({ state: 'suspended', containedFor: ['user'] })
    await right(vault.close())
  })

  it('saves reading what lies before it', async () => {
    await lengthen(400)
    const whole = await handedOut()
    raw('DROP TRIGGER events_are_not_changed')
    raw("UPDATE events SET data = 'x' WHERE stream = 'key/k' AND version = 100")
    expect(await handedOut()).toBe(whole)
    expect(JSON.stringify(await findings())).toMatch(/key\/k: is (missing or is )?not what was written/)
  })

  it('that was changed anywhere, taken from elsewhere or from another time is thrown away, and made anew', async () => {
    await lengthen(300)
    await handedOut()
    const early = keptText() ?? ''
    await lengthen(300)
    const whole = await handedOut()
    const now = keptText() ?? ''
    expect(now).not.toBe(early)
    const put = (text: string): void => void raw("UPDATE meta SET value = ? WHERE name = 'fold/key/k'", text)
    const step = Math.ceil(now.length / 10)
    for (let at = 0; at < now.length; at += step) {
      put(`${now.slice(0, at)}${String.fromCharCode(now.charCodeAt(at) ^ 1)}${now.slice(at + 1)}`)
      expect(await handedOut(), `byte ${at}`).toBe(whole)
      expect(keptText(), `byte ${at}`).toBe(now)
    }
    for (const text of ['', '[]', now.slice(0, -1), early]) {
      put(text)
      expect(await handedOut()).toBe(whole)
    }
    raw("UPDATE meta SET name = 'fold/key/other' WHERE name = 'fold/key/k'")
    expect(await handedOut()).toBe(whole)
    expect(await findings()).toEqual({ audit: [expect.stringContaining('key/other: a kept sum') as string], doctor: ['problem'] })
  })

  it('of a log that was put back to before it is not believed', async () => {
    await lengthen(300)
    await told()
    await withStore(async ({ snapshots }) => {
      const mine = snapshots('tests')
      rightOf(await mine.write('key/k', { version: 9_999, data: '{}' })())
      expect(rightOf(await mine.read('key/k')())?.version).toBe(305)
      expect(rightOf(await snapshots('another program').read('key/k')())).toBeNull()
    })
  })

  it('that is authentic and wrong, as by a fault of ours, is found by audit verify and doctor, and gone with the vault key', async () => {
    await lengthen(300)
    const whole = await told()
    await withStore(async ({ snapshots }) => rightOf(await snapshots('tests').write('key/k', { version: 305, data: stateText(initialKeyState) ?? '' })()))
    expect(await findings()).toEqual({ audit: [expect.stringContaining('is not what its records come to') as string], doctor: ['problem'] })
    await right(changeVaultKey(place.options, { to: 'rotate' }))
    expect(await told()).toEqual(whole)
    expect(await findings()).toEqual({ audit: [], doctor: ['ok'] })
  })
})
