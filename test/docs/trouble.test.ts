import { afterEach, describe, expect, it } from 'vitest'

import { limitRemaining } from '../../src/adapters/simulated-openrouter/key-state.js'
import { read } from '../architecture/project-files.js'
import { type Bench, makeBench, type Ran } from '../cli/bench.js'
import { type Row, tableAfter } from './tables.js'

let bench: Bench = makeBench()
afterEach(() => bench.dispose())

const name = 'my-key'
const words = (line: string): ReadonlyArray<string> => line.split(' ').filter((word) => word !== '')

const begin = async (...lines: ReadonlyArray<string>): Promise<void> => {
  bench = makeBench()
  await bench.run(['init'], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })
  for (const line of ['add other', ...lines]) await bench.run(words(line))
}

interface Listed {
  readonly name: string
  readonly state: string
  readonly pending: ReadonlyArray<string>
}

/** `free`, or the state of the key, with what is pending. */
const inTheVault = async (): Promise<string> => {
  const { stdout } = await bench.run(['list', '--all', '--json'])
  const own = (JSON.parse(stdout) as ReadonlyArray<Listed>).find((key) => key.name === name)
  if (own === undefined) return 'free'
  return own.pending.length === 0 ? own.state : `${own.state}: ${own.pending.join(', ')}`
}

const atOpenRouter = (): string => {
  const own = [...bench.world.account.keys.values()].filter((key) => key.name.startsWith(`${name} `))
  const told = own.map((key) => {
    if (key.disabled) return 'disabled'
    return limitRemaining(key, bench.now()) === 0n ? 'cannot spend' : 'live'
  })
  return told.length === 0 ? 'none' : told.join(', ')
}

const posts = (): number => bench.world.journal.filter(({ method, path }) => method === 'POST' && path === '/keys').length

/** What became of one row: the cells that can be seen from outside. */
const outcome = async (run: () => Promise<Ran>): Promise<Row> => {
  const before = posts()
  const { exit } = await run()
  const seen = { Exit: String(exit), 'In the vault': await inTheVault(), 'At OpenRouter': atOpenRouter() }
  const sent = posts() - before
  // What was sent and forgotten may still be born.
  bench.advance(3_600_000)
  await bench.run(['reconcile'])
  return { ...seen, POSTs: String(sent), 'After reconcile': `${await inTheVault()}, ${atOpenRouter()}` }
}

const given = new Set(['Step', 'Trouble', 'Fault', 'Flags'])

/** What a row tells of the outcome, of which only the columns that it has are compared. */
const expected = (row: Row): Row => Object.fromEntries(Object.entries(row).filter(([column]) => !given.has(column)))

const compared = (seen: Row, row: Row): Row => Object.fromEntries(Object.entries(seen).filter(([column]) => column in row))

const titled = (rows: ReadonlyArray<Row>) =>
  rows.map((row) => [`${row['Step'] ?? ''}: ${row['Trouble'] ?? ''} (${row['Fault'] ?? ''}) ${row['Flags'] ?? ''}`, row] as const)

describe('docs/removal.md tells what remove comes to', () => {
  const rows = tableAfter(read('docs/removal.md'), '<!-- tried: remove -->')

  it('in some twenty kinds of trouble', () => expect(rows.length).toBeGreaterThan(20))

  it.each(titled(rows))('%s', async (_title, row) => {
    await begin(`add ${name} --monthly-limit 100`)
    const flags = words(row['Flags'] ?? '')
    const seen = await outcome(() => bench.run(['remove', name, '--yes', ...flags], { faults: row['Fault'] ?? '' }))
    expect(compared(seen, row)).toEqual(expected(row))
  })
})

describe('docs/provisioning.md tells what add comes to', () => {
  const rows = tableAfter(read('docs/provisioning.md'), '<!-- tried: add -->')

  it('in some twenty kinds of trouble', () => expect(rows.length).toBeGreaterThan(15))

  it.each(titled(rows))('%s', async (_title, row) => {
    await begin()
    const seen = await outcome(() => bench.run(['add', name, '--monthly-limit', '100'], { faults: row['Fault'] ?? '' }))
    expect(compared(seen, row)).toEqual(expected(row))
  })
})
