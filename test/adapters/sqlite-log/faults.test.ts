import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Connection, Driver, Statement } from '../../../src/adapters/sqlite-log/driver.js'
import type { Commit, NewRecord, SecretRef } from '../../../src/application/ports/event-log.js'
import type { VaultStore } from '../../../src/application/ports/vault-store.js'
import { instant } from '../../../src/domain/shared/instant.js'
import { briefly, drivers, freshPlace, leftOf, openWith, otherVault, type Place, rightOf, someVault } from './fresh-folder.js'
import { alsoUnderNewerNode } from './newer-node.js'

/** What becomes of one call: it is done, it fails before SQLite sees it, or it is done and fails all the same. */
type Fate = 'done' | 'before' | 'after'

const failure = { planned: 10 }
const isPlanned = (error: unknown): boolean => error === failure

/** A driver whose every call meets the fate that `plan` gives it, as an I/O error would. */
const faulty = (driver: Driver, plan: (sql: string) => Fate): Driver => {
  const meet = <A>(sql: string, call: () => A): A => {
    const fate = plan(sql)
    if (fate === 'before') throw failure
    const done = call()
    if (fate === 'after') throw failure
    return done
  }
  const wrapStatement = (sql: string, statement: Statement): Statement => ({
    run: (...values) => meet(sql, () => statement.run(...values)),
    get: (...values) => meet(sql, () => statement.get(...values)),
    all: (...values) => meet(sql, () => statement.all(...values)),
  })
  const wrap = (connection: Connection): Connection => ({
    exec: (sql) => meet(sql, () => connection.exec(sql)),
    prepare: (sql) => wrapStatement(sql, connection.prepare(sql)),
    close: () => connection.close(),
  })
  return { ...driver, open: (file) => wrap(driver.open(file)), codeOf: (e) => (isPlanned(e) ? 10 : driver.codeOf(e)) }
}

const at = rightOf(instant(1))
const record = (data: string): NewRecord => ({ type: 'T', schema: 1, at, data })
const ref: SecretRef = { stream: 'key/a', owner: 'a#1', generation: 1 }
const both: Commit = {
  appends: [
    { stream: 'key/a', expectedVersion: 0, records: [record('1'), record('2')] },
    { stream: 'key/b', expectedVersion: 0, records: [record('3')] },
  ],
  seal: [{ ref, keyId: 'k', bytes: Uint8Array.of(1, 2, 3) }],
}

describe.each(drivers.map((driver) => [driver.name, driver] as const))('faults of SQLite through %s', (_, driver) => {
  let place: Place
  let plan: (sql: string) => Fate
  let store: VaultStore
  const fresh = () => {
    plan = () => 'done'
    place = freshPlace()
    store = rightOf(openWith(faulty(driver, (sql) => plan(sql)), { folder: place.folder, busyTimeout: briefly }, someVault))
  }
  beforeEach(fresh)
  afterEach(() => place.remove())
  /** As another process sees it. */
  const seen = async () => {
    const { log } = rightOf(openWith(driver, { folder: place.folder, busyTimeout: briefly }, null))
    const events = rightOf(await log.readAll(0, 99)()).map(({ data }) => data)
    const secret = rightOf(await log.sealed(ref)())
    await log.close()()
    return [...events, ...(secret === null ? [] : ['secret'])].join()
  }
  const once = (fate: Fate, ...texts: ReadonlyArray<string>) => {
    const left = new Set(texts)
    plan = (sql) => {
      const hit = [...left].find((text) => sql.includes(text))
      if (hit === undefined) return 'done'
      left.delete(hit)
      return fate
    }
  }

  describe('of the commit itself', () => {
    it('wrote nothing when it was not done: says so, and goes on', async () => {
      once('before', 'COMMIT')
      expect(leftOf(await store.log.commit(both)())).toMatchObject({ reason: 'io', wroteNothing: true })
      expect(await seen()).toBe('')
      rightOf(await store.log.commit(both)())
      expect(await seen()).toBe('1,2,3,secret')
    })

    it('is done when it was done all the same', async () => {
      once('after', 'COMMIT')
      rightOf(await store.log.commit(both)())
      expect(await seen()).toBe('1,2,3,secret')
    })

    it.each(['before', 'after'] as const)('says that it does not know when nothing can be found out (%s)', async (fate) => {
      once(fate, 'COMMIT', 'fence')
      expect(leftOf(await store.log.commit(both)())).toMatchObject({ reason: 'io', wroteNothing: false })
    })

    it('does not take the events of somebody else for its own', async () => {
      const other = rightOf(openWith(driver, { folder: place.folder, busyTimeout: briefly }, null))
      const theirs = { ...both, appends: [{ ...both.appends[0], records: [record('theirs')] as const }] as const }
      let failed = false
      plan = (sql) => {
        if (sql === 'COMMIT' && !failed) {
          failed = true
          return 'before'
        }
        if (sql === 'BEGIN IMMEDIATE' && failed) void other.log.commit(theirs)()
        return 'done'
      }
      expect(leftOf(await store.log.commit(both)())).toMatchObject({ wroteNothing: true })
      expect(await seen()).toBe('theirs,secret')
    })
  })

  /** Runs `work` with the n-th driver call failing, for every n until it is never reached, and looks after each. */
  const everyCall = async (
    fate: 'before' | 'after',
    forEver: boolean,
    prepare: () => Promise<unknown>,
    work: () => Promise<E.Either<unknown, unknown>>,
    check: (result: E.Either<unknown, unknown>, n: number) => Promise<void>,
  ): Promise<number> => {
    for (let n = 1; ; n += 1) {
      place.remove()
      fresh()
      await prepare()
      let calls = 0
      plan = () => {
        calls += 1
        return calls === n || (forEver && calls > n) ? fate : 'done'
      }
      const result = await work()
      plan = () => 'done'
      if (calls < n) return n - 1
      await check(result, n)
    }
  }

  const ways = [['before', false], ['before', true], ['after', false], ['after', true]] as const

  it.each(ways)('at any call of a commit leave all or nothing, truly told (%s, for ever: %s)', async (fate, forEver) => {
    const calls = await everyCall(fate, forEver, async () => undefined, () => store.log.commit(both)(), async (result, n) => {
      const held = await seen()
      expect(['', '1,2,3,secret'], `call ${n}`).toContain(held)
      if (E.isRight(result)) expect(held, `call ${n}`).toBe('1,2,3,secret')
      else if (JSON.stringify(result.left).includes('"wroteNothing":true')) expect(held, `call ${n}`).toBe('')
      const own = await store.log.readAll(0, 99)()
      if (E.isRight(own)) expect(own.right.length, `own view after call ${n}`).toBe(held === '' ? 0 : 3)
    })
    expect(calls).toBe(16)
  })

  it.each(ways)('at any call of creation leave a vault or none, and the next creation carries on (%s, for ever: %s)', async (fate, forEver) => {
    let created = 0
    for (let n = 1, reached = true; reached; n += 1) {
      await store.log.close()()
      place.remove()
      place = freshPlace()
      const options = { folder: place.folder, busyTimeout: briefly }
      let calls = 0
      const broken = faulty(driver, () => {
        calls += 1
        return calls === n || (forEver && calls > n) ? fate : 'done'
      })
      const first = openWith(broken, options, someVault)
      reached = calls >= n
      const opened = openWith(driver, options, null)
      if (E.isRight(first)) expect(rightOf(opened).info.vaultId, `call ${n}`).toBe(someVault)
      else if (E.isLeft(opened)) expect(opened.left.reason, `call ${n}`).toBe('missing')
      const vault = E.isRight(opened) ? someVault : otherVault
      store = rightOf(openWith(driver, options, otherVault))
      expect(store.info.vaultId, `call ${n}`).toBe(vault)
      rightOf(await store.log.commit(both)())
      created = n
    }
    expect(created).toBeGreaterThan(10)
  })

  it.each(ways)('at any call of shredding leave a secret whole or gone, and a repeat ends it (%s, for ever: %s)', async (fate, forEver) => {
    const calls = await everyCall(fate, forEver, () => store.log.commit(both)(), () => store.log.shred(ref)(), async (result, n) => {
      const held = await seen()
      expect(['1,2,3', '1,2,3,secret'], `call ${n}`).toContain(held)
      if (E.isRight(result)) expect(held, `call ${n}`).toBe('1,2,3')
      const again = rightOf(openWith(driver, { folder: place.folder, busyTimeout: briefly }, null))
      expect(rightOf(await again.log.shred(ref)())).toBe('shredded')
    })
    expect(calls).toBeGreaterThan(5)
  })
})

alsoUnderNewerNode(import.meta.filename)
