import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { it } from 'vitest'

import { nodeSqliteDriver } from '../../../src/adapters/sqlite-log/node-sqlite-driver.js'

const root = join(import.meta.dirname, '../../..')
const candidates = [process.env['LEAN_VAULT_NODE24'], join(root, '.cache/nodes/node_modules/node24/bin/node')]

/** A Node that has `node:sqlite`: this one, or one that `scripts/install-nodes.sh` brought; null when there is none. */
export const newerNode: string | null =
  nodeSqliteDriver() === null ? (candidates.find((path) => path !== undefined && existsSync(path)) ?? null) : process.execPath

/** Runs this test file once more under a Node that has `node:sqlite`, where the running one has not. */
export const alsoUnderNewerNode = (file: string): void => {
  if (nodeSqliteDriver() !== null) return
  const title = 'passes under a Node with node:sqlite too'
  if (newerNode === null && process.env['LEAN_VAULT_REQUIRE_ALL'] !== '1') {
    const reason = 'no newer Node: run scripts/install-nodes.sh or set LEAN_VAULT_NODE24'
    console.warn(`skipped: ${title} (${reason})`)
    it.skip(`${title}: ${reason}`, () => undefined)
    return
  }
  it(title, { timeout: 120_000 }, async () => {
    if (newerNode === null) throw new Error('LEAN_VAULT_REQUIRE_ALL=1, but there is no Node with node:sqlite')
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    await promisify(execFile)(newerNode, [vitest, 'run', file], { cwd: root })
  })
}
