import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Driver } from '../../../src/adapters/sqlite-log/driver.js'
import { bytesFor, refOf } from './children/writing.js'
import { briefly, bytesOf, drivers, freshPlace, openWith, right, rightOf } from './fresh-folder.js'
import { bundleChild, type Child, startChild, ways } from './spawn-child.js'

// LEAN_VAULT_CRASH_SECONDS=600 for the long run.
const seconds = Number(process.env['LEAN_VAULT_CRASH_SECONDS'] ?? 8)

const integrity = (driver: Driver, folder: string): unknown => {
  const connection = driver.open(join(folder, 'vault.db'))
  const [row] = connection.prepare('PRAGMA integrity_check').all()
  connection.close()
  return row?.['integrity_check']
}

/** Holds what one killed writer was told against what is in the log. Gives how many of its commits were acknowledged. */
const check = async (driver: Driver, folder: string, files: Buffer, child: Child): Promise<number> => {
  const told = child.told()
  const of = (word: string) => told.filter(([first]) => first === word).map(([, n]) => Number(n))
  const stream = told.find(([first]) => first === 'stream')?.[1]
  if (stream === undefined) return 0
  const store = rightOf(openWith(driver, { folder, busyTimeout: briefly }, null))
  const versions = async (name: string) => (await right(store.log.read(name))).map(({ version, at }) => [version, at])
  const acknowledged = of('committed').length
  const held = await versions(stream)
  // The commit that was under way when the signal came may be there, whole; nothing else.
  expect([acknowledged, acknowledged + 1]).toContain(held.length)
  expect(await versions(`${stream}/twin`)).toEqual(held)
  for (let n = 1; n <= held.length; n += 1) {
    const secret = await right(store.log.sealed(refOf(stream, n)))
    const mayBeGone = n % 3 === 1 && n + 2 <= held.length
    if (secret === null) expect(mayBeGone, `secret ${n} of ${held.length}`).toBe(true)
    else expect(Buffer.compare(secret.bytes, bytesFor(stream, n))).toBe(0)
  }
  for (const n of [...of('shredded'), ...of('pending')]) expect(await right(store.log.sealed(refOf(stream, n)))).toBeNull()
  for (const n of of('shredded')) expect(files.includes(Buffer.from(bytesFor(stream, n).subarray(20, 36))), `shredded ${n}`).toBe(false)
  await right(store.log.close())
  return acknowledged
}

/** A loaded machine may take longer to start Node than a writer is given to live. */
const begun = async (children: ReadonlyArray<Child>): Promise<void> => {
  const until = Date.now() + 10_000
  while (Date.now() < until && children.every((child) => child.told().length === 0)) await sleep(20)
}

describe('SIGKILL at random moments', () => {
  let script: string
  beforeAll(async () => {
    script = await bundleChild('crash-writer')
  })
  afterAll(() => {
    rmSync(script, { force: true })
  })

  it('loses nothing that was acknowledged and leaves nothing half done', { timeout: seconds * 1000 + 60_000 }, async () => {
    const [driver] = drivers
    if (driver === undefined) throw new Error('no driver')
    const { folder, remove } = freshPlace()
    const until = Date.now() + seconds * 1000
    let [rounds, commits] = [0, 0]
    for (; Date.now() < until; rounds += 1) {
      const children = [0, 1, 2].map((n) => startChild(ways[(rounds + n) % ways.length] ?? [process.execPath, 'libsql'], script, folder))
      await begun(children)
      await sleep(Math.random() * 500)
      for (const child of children) child.process.kill('SIGKILL')
      for (const child of children) expect([await child.ended, child.complaints()]).toEqual(['SIGKILL', ''])
      const files = bytesOf(folder)
      for (const child of children) commits += await check(driver, folder, files, child)
      expect(integrity(driver, folder)).toBe('ok')
    }
    console.info(`crash test: ${rounds} rounds of 3 writers (${ways.map(([, name]) => name).join(', ')}), ${commits} commits acknowledged, 0 lost`)
    expect(commits).toBeGreaterThan(rounds)
    remove()
  })
})
