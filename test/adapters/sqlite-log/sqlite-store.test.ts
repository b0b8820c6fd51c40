import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Connection, Driver } from '../../../src/adapters/sqlite-log/driver.js'
import { newestFormat } from '../../../src/adapters/sqlite-log/schema.js'
import { createSqliteStore, openSqliteStore } from '../../../src/adapters/sqlite-log/sqlite-store.js'
import type { Commit } from '../../../src/application/ports/event-log.js'
import { instant, millis } from '../../../src/domain/shared/instant.js'
import { briefly, drivers, freshPlace, leftOf, openWith, otherVault, type Place, right, rightOf, someVault } from './fresh-folder.js'
import { alsoUnderNewerNode } from './newer-node.js'

const commitAt = (expectedVersion: number, data = '{}'): Commit => ({
  appends: [
    { stream: 'vault', expectedVersion, records: [{ type: 'T', schema: 1, at: rightOf(instant(1)), data }] },
  ],
  seal: [],
})

/** The driver, with what was opened through it: to look and to meddle with settings that belong to a connection. */
const spying = (driver: Driver, onOpen: (connection: Connection) => void): Driver => ({
  ...driver,
  open: (file) => {
    const connection = driver.open(file)
    onOpen(connection)
    return connection
  },
})

describe.each(drivers.map((driver) => [driver.name, driver] as const))('SQLite store through %s', (_, driver) => {
  let place: Place
  let folder: string
  let file: string
  beforeEach(() => {
    place = freshPlace()
    folder = place.folder
    file = join(folder, 'vault.db')
  })
  afterEach(() => {
    vi.restoreAllMocks()
    place.remove()
  })
  const options = () => ({ folder, busyTimeout: briefly })
  const open = () => openWith(driver, options(), null)
  const create = (id = someVault) => openWith(driver, options(), id)
  const made = async () => right(rightOf(create()).log.close())
  const raw = (sql: string, on = file) => {
    const connection = driver.open(on)
    connection.exec(sql)
    connection.close()
  }
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

  describe('opening', () => {
    it('finds nothing where nothing is, and creates nothing', () => {
      expect(leftOf(open())).toMatchObject({ reason: 'missing', wroteNothing: true })
      expect(existsSync(folder)).toBe(false)
      mkdirSync(folder, { mode: 0o700 })
      expect(leftOf(open())).toMatchObject({ reason: 'missing' })
      expect(readdirSync(folder)).toEqual([])
    })

    it('takes an empty file for no vault, and creation carries on from it', () => {
      mkdirSync(folder, { mode: 0o700 })
      writeFileSync(file, '', { mode: 0o600 })
      expect(leftOf(open())).toMatchObject({ reason: 'missing' })
      expect(rightOf(create()).info).toEqual({ vaultId: someVault, format: newestFormat })
    })

    it('keeps the vault that is there when it is created again', async () => {
      await made()
      expect(rightOf(create(otherVault)).info.vaultId).toBe(someVault)
      expect(rightOf(open()).info.vaultId).toBe(someVault)
    })

    it('refuses a newer format and leaves the file as it is', async () => {
      await made()
      raw(`PRAGMA user_version = ${newestFormat + 1}`)
      raw('PRAGMA wal_checkpoint(TRUNCATE)')
      const before = readFileSync(file)
      expect(leftOf(open())).toMatchObject({ reason: 'newer-format', wroteNothing: true })
      expect(leftOf(create())).toMatchObject({ reason: 'newer-format' })
      expect(readFileSync(file).equals(before)).toBe(true)
    })

    it("refuses another program's database and leaves it as it is", () => {
      mkdirSync(folder, { mode: 0o700 })
      raw('CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES (1)')
      chmodSync(file, 0o600)
      const before = readFileSync(file)
      expect(leftOf(open())).toMatchObject({ reason: 'corrupt' })
      expect(leftOf(create())).toMatchObject({ reason: 'corrupt' })
      expect(readFileSync(file).equals(before)).toBe(true)
      expect(readdirSync(folder)).toEqual(['vault.db'])
    })

    it.each(['not a database at all, but long enough to be read as one'.repeat(99)])('refuses what is no database', (text) => {
      mkdirSync(folder, { mode: 0o700 })
      writeFileSync(file, text, { mode: 0o600 })
      expect(leftOf(open())).toMatchObject({ reason: 'corrupt' })
      expect(leftOf(create())).toMatchObject({ reason: 'corrupt' })
    })

    it('calls a cut file damaged', async () => {
      await made()
      truncateSync(file, 5000)
      expect(leftOf(open())).toMatchObject({ reason: 'corrupt' })
    })

    it('is durable, waits before it gives up, and trusts no schema', async () => {
      let seen: Connection | undefined
      rightOf(openWith(spying(driver, (connection) => (seen = connection)), options(), someVault))
      const pragma = (name: string) => Object.values(seen?.prepare(`PRAGMA ${name}`).get() ?? {})[0]
      expect([pragma('journal_mode'), pragma('synchronous'), pragma('secure_delete')]).toEqual(['wal', 2, 1])
      expect([pragma('busy_timeout'), pragma('trusted_schema'), pragma('foreign_keys')]).toEqual([briefly, 0, 1])
    })
  })

  describe('permissions', () => {
    it.each([0o000, 0o022, 0o077, 0o177])('lets nobody else in under umask %i', async (umask) => {
      const before = process.umask(umask)
      try {
        const { log } = rightOf(create())
        await right(log.commit(commitAt(0)))
      } finally {
        process.umask(before)
      }
      expect(mode(folder)).toBe('700')
      expect(readdirSync(folder).sort()).toEqual(['vault.db', 'vault.db-shm', 'vault.db-wal'])
      for (const name of readdirSync(folder)) expect(mode(join(folder, name)), name).toBe('600')
    })

    it.each([0o000, 0o022, 0o177])('lets nobody else into the parents that it makes under umask %i', async (umask) => {
      const first = join(folder, 'a')
      const inner = join(first, 'b/vault')
      mkdirSync(folder, { mode: 0o700 })
      const before = process.umask(umask)
      try {
        await right(rightOf(openWith(driver, { ...options(), folder: inner }, someVault)).log.close())
      } finally {
        process.umask(before)
      }
      for (const made of [first, join(first, 'b'), inner]) expect(mode(made), made).toBe('700')
    })

    it.each([0o750, 0o705, 0o711])('refuses a folder of mode %i and says what to run', async (loose) => {
      await made()
      chmodSync(folder, loose)
      const refusal = leftOf(open())
      expect(refusal).toMatchObject({ reason: 'permission', wroteNothing: true })
      expect(refusal.message).toContain(`chmod 700 '${folder}'`)
      expect(leftOf(create())).toEqual(refusal)
      chmodSync(folder, 0o700)
      rightOf(open())
    })

    it('refuses a file that others can read and says what to run', async () => {
      await made()
      chmodSync(file, 0o640)
      expect(leftOf(open()).message).toContain(`chmod 600 '${file}'`)
    })

    it('refuses the folder of somebody else', async () => {
      await made()
      vi.spyOn(process, 'getuid').mockReturnValue(54_321)
      expect(leftOf(open())).toMatchObject({ reason: 'permission' })
    })

    it('follows a link and looks at where it leads', async () => {
      await made()
      const link = `${folder}-link`
      symlinkSync(folder, link)
      rightOf(openWith(driver, { folder: link, busyTimeout: briefly }, null))
      chmodSync(folder, 0o755)
      expect(leftOf(openWith(driver, { folder: link, busyTimeout: briefly }, null))).toMatchObject({ reason: 'permission' })
    })
  })

  describe('failing', () => {
    it('says locked while another process writes, and goes on afterwards', async () => {
      const { log } = rightOf(create())
      const other = driver.open(file)
      other.exec('BEGIN IMMEDIATE')
      expect(leftOf(await log.commit(commitAt(0))())).toMatchObject({ reason: 'locked', wroteNothing: true })
      expect(rightOf(await log.read('vault')())).toEqual([])
      other.exec('ROLLBACK')
      await right(log.commit(commitAt(0)))
    })

    it('says full, keeps nothing of it, and goes on afterwards', async () => {
      let seen: Connection | undefined
      const { log } = rightOf(openWith(spying(driver, (connection) => (seen = connection)), options(), someVault))
      const pages = Number(Object.values(seen?.prepare('PRAGMA page_count').get() ?? {})[0])
      seen?.exec(`PRAGMA max_page_count = ${pages + 1}`)
      expect(leftOf(await log.commit(commitAt(0, 'x'.repeat(50_000)))())).toMatchObject({ reason: 'full', wroteNothing: true })
      expect(rightOf(await log.readAll(0, 9)())).toEqual([])
      await right(log.commit(commitAt(0)))
    })

    it('says read-only', async () => {
      let seen: Connection | undefined
      const { log } = rightOf(openWith(spying(driver, (connection) => (seen = connection)), options(), someVault))
      seen?.exec('PRAGMA query_only = ON')
      expect(leftOf(await log.commit(commitAt(0))())).toMatchObject({ reason: 'read-only', wroteNothing: true })
    })
  })

  describe('events', () => {
    it.each(['UPDATE events SET data = 0', 'DELETE FROM events', `INSERT OR REPLACE INTO events VALUES (1, 'vault', 1, 'T', 1, 1, '0')`])(
      'are never changed by %s',
      async (sql) => {
        const { log } = rightOf(create())
        await right(log.commit(commitAt(0)))
        expect(() => raw(`PRAGMA recursive_triggers = ON; ${sql}`)).toThrow(/never/)
        expect(rightOf(await log.read('vault')())).toHaveLength(1)
      },
    )

    it.each([
      ['one is missing', 'DELETE FROM events WHERE version = 2'],
      ['one has another version', 'UPDATE events SET version = 9 WHERE version = 3'],
      ['one has an impossible time', 'UPDATE events SET at = -1 WHERE version = 2'],
    ])('are called damaged when %s', async (_case, sql) => {
      const { log } = rightOf(create())
      for (const version of [0, 1, 2]) await right(log.commit(commitAt(version)))
      raw(`DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_deleted; ${sql}`)
      expect(leftOf(await log.read('vault')())).toMatchObject({ reason: 'corrupt' })
    })
  })

  it.each(drivers.map((other) => [other.name, other] as const))('writes what %s reads', async (_other, other) => {
    const mine = rightOf(create())
    await right(mine.log.commit({ ...commitAt(0, '{"é": "🔑"}'), seal: [{ ref: { stream: 'vault', owner: 'o', generation: 1 }, keyId: 'k', bytes: Uint8Array.of(0, 255) }] }))
    const theirs = rightOf(openWith(other, options(), null))
    expect(rightOf(await theirs.log.read('vault')())).toEqual(rightOf(await mine.log.read('vault')()))
    expect((await right(theirs.log.sealed({ stream: 'vault', owner: 'o', generation: 1 })))?.bytes).toEqual(Uint8Array.of(0, 255))
    await right(theirs.log.commit(commitAt(1)))
    expect(rightOf(await mine.log.read('vault')())).toHaveLength(2)
  })
})

describe('choice of a driver', () => {
  it('finds one by itself', async () => {
    const { folder, remove } = freshPlace()
    const options = { folder, busyTimeout: rightOf(millis(1000)), driver: 'auto' } as const
    const created = await right(createSqliteStore(options, someVault))
    expect((await right(openSqliteStore(options))).info).toEqual(created.info)
    remove()
  })

  it('says so when the one asked for is not here', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
    const { folder, remove } = freshPlace()
    const options = { folder, busyTimeout: briefly, driver: 'node:sqlite' } as const
    expect(leftOf(await createSqliteStore(options, someVault)()).message).toMatch(/Node 22\.13/)
    remove()
    vi.restoreAllMocks()
  })
})

alsoUnderNewerNode(import.meta.filename)
