import { afterEach, it } from 'vitest'

import { type Bench, type BenchOptions, makeBench } from './bench.js'
import { expectGolden, makeTranscript, type Transcript } from './transcript.js'

/** What is typed, in order. */
export type Scenario = (sh: Transcript['type'], bench: Bench) => Promise<void>

let bench: Bench | null = null
afterEach(() => bench?.dispose())

export const withKey = (own: Bench) => ({ env: { LEAN_VAULT_MANAGEMENT_KEY: own.managementKey } })

/** A test whose transcript is held against its golden file. */
export const scenario = (name: string, play: Scenario, options: BenchOptions = {}): void => {
  it(name, async () => {
    bench = makeBench(options)
    const transcript = makeTranscript(bench)
    await play(transcript.type, bench)
    expectGolden(name, transcript.text())
  })
}

/** With a vault that holds one key. */
export const began = (name: string, play: Scenario, options: BenchOptions = {}): void =>
  scenario(
    name,
    async (sh, own) => {
      await own.run(['init'], withKey(own))
      await own.run(['add', 'my-key', '--monthly-limit', '100', '--tag', 'team=web'])
      await play(sh, own)
    },
    options,
  )
