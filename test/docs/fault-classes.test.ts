import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { operations } from '../application/grid.js'
import { everyFault } from '../application/trouble.js'
import { read, root } from '../architecture/project-files.js'
import { targets } from '../fuzz/targets.js'
import { scenarios } from '../processes/scenarios.js'
import { custodyFaults } from '../simulation/custody/planted.js'
import { plantedFaults } from '../simulation/planted-faults.js'
import { limitFaults } from '../simulation/planted-limit-faults.js'
import { rotationFaults } from '../simulation/planted-rotation-faults.js'
import { tableAfter } from './tables.js'

/** A number that stands in a test's own text. */
const inText = (file: string, pattern: RegExp): number => Number((pattern.exec(read(file))?.[1] ?? 'none').replaceAll('_', ''))

/** What each number of the table counts, by the word behind it. */
const counted: Readonly<Record<string, number>> = {
  scenarios: scenarios.length,
  operations: operations.length,
  faults: everyFault.length,
  parsers: targets.length,
  planted: plantedFaults.length + limitFaults.length + rotationFaults.length + custodyFaults.length,
  inputs: inText('test/fuzz/fuzz.test.ts', /runs\(([\d_]+)\)/),
  samples: inText('test/application/crash-grid.test.ts', /sample = runs\(([\d_]+)\)/),
  removals: inText('test/application/volume.test.ts', /removals = runs\(([\d_]+)\)/),
  kills: inText('test/application/volume.test.ts', /kills = runs\(([\d_]+)\)/),
  seconds: inText('test/adapters/sqlite-log/crash.test.ts', /CRASH_SECONDS'\] \?\? (\d+)\)/),
  lives: inText('test/simulation/custody.test.ts', /SIM_CUSTODY_SEEDS'\] \?\? (\d+)\)/),
  seeds: inText('test/simulation/simulation.test.ts', /SIM_SEEDS'\] \?\? (\d+)\)/),
  attempts: inText('test/simulation/simulation.test.ts', /mostSeedsPerFault = (\d+)/),
  clocks: inText('test/application/wrong-clock.test.ts', /runs\(([\d_]+)\)/),
  nonces: inText('test/adapters/sealing/sealing.test.ts', /n < ([\d_]+); n \+= 1\) nonces/),
  keys: read('test/adapters/sqlite-log/damage.test.ts').includes('of five keys') ? 5 : 0,
  writers: read('test/application/volume.test.ts').includes('describe(\'eight adds at once\'') ? 8 : 0,
}

const rows = tableAfter(read('docs/fault-classes.md'), '<!-- fault classes -->')

describe('the classes of faults in docs/fault-classes.md', () => {
  it('are twenty', () => {
    expect(rows.length).toBe(20)
  })

  it.each(rows.map((row) => [row['Class'] ?? '', row['Short form'] ?? ''] as const))('%s: is tried by tests that there are', (_class, tests) => {
    const named = tests.split('; ').map((test) => /^(\S+\.test\.ts)(?:, "(.+)")?$/.exec(test) ?? [test])
    for (const [whole, file, title] of named) {
      expect(file, whole).toBeDefined()
      expect(existsSync(join(root, file ?? '')), file).toBe(true)
      if (title !== undefined) expect(read(file ?? ''), file).toContain(title)
    }
  })

  it('count what the code counts', () => {
    const told = rows.flatMap((row) => (row['Tries'] ?? '').split('; ').filter((text) => text !== ''))
    const wrong = told.filter((text) => {
      const [, number = '', word = ''] = /^([\d,]+) (\w+)$/.exec(text) ?? []
      return counted[word] !== Number(number.replaceAll(',', ''))
    })
    expect(wrong.map((text) => `${text}, and it is ${counted[text.split(' ')[1] ?? '']}`)).toEqual([])
    expect(told.length).toBeGreaterThan(15)
  })

  it('name scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    const long = rows.map((row) => row['Long form'] ?? '').filter((text) => text !== '')
    const missing = long.filter((text) => {
      const [, script, file] = /npm run (\S+)|npx tsx (\S+)/.exec(text) ?? []
      return script !== undefined ? scripts[script] === undefined : file !== undefined && !existsSync(join(root, file))
    })
    expect(missing).toEqual([])
  })
})
