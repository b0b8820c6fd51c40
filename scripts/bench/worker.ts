// One measurement in a process of its own: `worker.js <what> <json>`; prints one line of JSON with what it took.
import { createHash, createHmac } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'

import { keyEventCodec } from '../../src/adapters/event-codec/key-event-codec.js'
import type { Driver } from '../../src/adapters/sqlite-log/driver.js'
import { loadDriver } from '../../src/adapters/sqlite-log/load-driver.js'
import { openWith } from '../../src/adapters/sqlite-log/sqlite-store.js'
import type { EventRecord } from '../../src/application/ports/event-log.js'
import type { LogAuthenticator } from '../../src/application/ports/log-proof.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { initialKeyState } from '../../src/domain/key/initial-state.js'
import { evolve } from '../../src/domain/key/evolve.js'
import type { VaultId } from '../../src/domain/shared/identifiers.js'
import type { Instant, Millis } from '../../src/domain/shared/instant.js'
import { auditVault } from '../../src/index.js'
import { openParts, told } from './grow-vault.js'

const body = JSON.stringify({ attempt: 'a'.repeat(32), effect: 'converge', hash: 'b'.repeat(64), owner: 'c'.repeat(32), claimUntil: '2026-01-01T00:00:00.000Z' })

/** How many times a second for about this long. */
const perSecond = async (milliseconds: number, once: (n: number) => unknown): Promise<number> => {
  const began = performance.now()
  let n = 0
  for (; performance.now() - began < milliseconds; n += 1) await once(n)
  return (n * 1000) / (performance.now() - began)
}

const ourLog = (driver: Driver, folder: string): ((n: number) => Promise<void>) => {
  const by: LogAuthenticator = { current: 'bench', tag: (_key, text) => createHmac('sha256', 'bench').update(text).digest('hex') }
  const place = { folder, busyTimeout: 5_000 as Millis }
  const store = openWith(driver, place, '0'.repeat(32) as VaultId, { by, keeper: null })
  if (E.isLeft(store)) throw new Error(store.left.message)
  const record = { type: 'ChangeClaimed', schema: 1, at: 0 as Instant, data: body }
  return (n) => told(store.right.log.commit({ appends: [{ stream: 'key/a', expectedVersion: n, records: [record] }], seal: [] }))
}

/** One row a transaction, as durable as ours: a write-ahead log with full sync. */
const rawSqlite = (driver: Driver, folder: string): ((n: number) => void) => {
  const connection = driver.open(join(folder, 'raw.db'))
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  connection.exec('CREATE TABLE events (sequence INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL) STRICT')
  const insert = connection.prepare('INSERT INTO events VALUES (?, ?, ?, ?)')
  return (n) => {
    connection.exec('BEGIN IMMEDIATE')
    insert.run(n + 1, 'key/a', n + 1, body)
    connection.exec('COMMIT')
  }
}

const rawFile = (folder: string): ((n: number) => void) => {
  const file = openSync(join(folder, 'raw.log'), 'a')
  process.once('exit', () => closeSync(file))
  const line = Buffer.from(`${body}\n`)
  return () => {
    writeSync(file, line)
    fdatasyncSync(file)
  }
}

/** Appends in turns on one disk, slice by slice. */
const appends = async (driver: Driver, at: string, slices: number, slice: number): Promise<object> => {
  const folder = mkdtempSync(join(at, 'appends-'))
  const sides = { log: ourLog(driver, join(folder, 'vault')), sqlite: rawSqlite(driver, folder), fdatasync: rawFile(folder) }
  const rates = { log: [] as Array<number>, sqlite: [] as Array<number>, fdatasync: [] as Array<number> }
  let [written, rows, lines] = [0, 0, 0]
  for (let round = 0; round <= slices; round += 1) {
    const now = {
      log: await perSecond(slice, () => sides.log(written++)),
      sqlite: await perSecond(slice, () => sides.sqlite(rows++)),
      fdatasync: await perSecond(slice, () => sides.fdatasync(lines++)),
    }
    if (round > 0) for (const side of ['log', 'sqlite', 'fdatasync'] as const) rates[side].push(now[side])
  }
  rmSync(folder, { recursive: true, force: true })
  return rates
}

/** What anybody who reads the rows has to do: SELECT, parse the body, hash the row. */
const rawRead = (driver: Driver, home: string, hashing: 'each' | 'together'): number => {
  const connection = driver.open(join(home, 'vault.db'))
  const page = connection.prepare('SELECT sequence, stream, version, type, schema, at, data FROM events WHERE sequence > ? ORDER BY sequence LIMIT 1000')
  const whole = createHash('sha256')
  let [rows, after] = [0, 0]
  for (;;) {
    const found = page.all(after)
    if (found.length === 0) break
    for (const { sequence, data } of found) {
      JSON.parse(String(data))
      if (hashing === 'each') createHash('sha256').update(String(data)).digest('hex')
      else whole.update(String(data))
      after = Number(sequence)
      rows += 1
    }
  }
  whole.digest('hex')
  connection.close()
  return rows
}

const foldAll = async (home: string): Promise<number> => {
  const { store } = await openParts({ home, env: process.env })
  const states = new Map<string, KeyState>()
  let rows = 0
  for (;;) {
    const records: ReadonlyArray<EventRecord> = await told(store.log.readAll(rows, 1000))
    if (records.length === 0) break
    for (const record of records) {
      if (!record.stream.startsWith('key/')) continue
      const event = keyEventCodec.decode(record)
      if (E.isLeft(event)) throw new Error(event.left.problem)
      states.set(record.stream, evolve(states.get(record.stream) ?? initialKeyState, event.right))
    }
    rows += records.length
  }
  await told(store.log.close())
  return rows
}

const openAndRead = async (home: string, key: string): Promise<number> => {
  const { store } = await openParts({ home, env: process.env })
  const records = await told(store.log.read(`key/${key}`))
  await told(store.log.close())
  return records.length
}

const verify = async (home: string): Promise<number> => {
  const audit = await told(auditVault({ home, env: process.env }))
  if (audit.damage.length > 0) throw new Error(JSON.stringify(audit.damage.slice(0, 3)))
  return audit.records
}

const [what, given = '{}'] = process.argv.slice(2)
const { home = '', key = '', slices = 1, slice = 100 } = JSON.parse(given) as { home?: string; key?: string; slices?: number; slice?: number }
const driver = await loadDriver('auto')
if (driver === null) throw new Error('no SQLite here')
const work: Readonly<Record<string, () => unknown>> = {
  appends: () => appends(driver, home, slices, slice),
  'raw-each': () => rawRead(driver, home, 'each'),
  'raw-together': () => rawRead(driver, home, 'together'),
  fold: () => foldAll(home),
  open: () => openAndRead(home, key),
  verify: () => verify(home),
  nothing: () => 0,
}
const [began, cpu] = [performance.now(), process.cpuUsage()]
const result = await work[what ?? '']?.()
const used = process.cpuUsage(cpu)
console.log(JSON.stringify({ result, wall: performance.now() - began, cpu: (used.user + used.system) / 1000, memory: process.resourceUsage().maxRSS / 1024 }))
process.exit(0)
