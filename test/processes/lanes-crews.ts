import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'

import type { Bench } from './bench.js'
import { toolText } from './custody-scenarios.js'

/** What one lane does in turn, and with which names. */
export interface Lane {
  readonly names: ReadonlyArray<string>
  readonly turns: ReadonlyArray<string>
}

/**
 * A kind of process. `owns`: nobody else changes its keys, so each stays as it was last seen. `homes`: it works at vaults of its
 * own, each below one folder.
 */
export interface Crew {
  readonly name: string
  readonly owns: boolean
  readonly homes: boolean
  readonly lanes: (life: number) => ReadonlyArray<Lane>
}

/** What a killed process had claimed rests for so many lives of its crew. */
const groups = 14

const ofKeys = (slot: number): Crew => ({
  name: `keys ${slot}`,
  owns: true,
  homes: false,
  lanes: (life) => {
    const lane = (of: string, turns: ReadonlyArray<string>): Lane => ({ names: [0, 1].map((half) => `${of}-${slot}-${life % groups}${half === 0 ? '' : 'b'}`), turns })
    return [
      ...['a', 'b', 'c'].map((of) => lane(of, ['add', 'remove'])),
      ...['d', 'e', 'f'].map((of) => lane(of, ['suspend', 'resume'])),
      lane('g', ['tag']),
      lane('h', ['tag']),
      lane('i', ['update-limits']),
      lane('j', ['update-limits']),
      lane('rotate', ['rotate']),
      lane('rotated', ['rotate']),
    ]
  },
})

const few = 5

/** Each by two lanes, so that a kill strikes it at two places. */
const ofAll: ReadonlyArray<ReadonlyArray<string>> = [
  ['reconcile'],
  ['get-usage'],
  ['watch'],
  ['vault rotate-key'],
  ['vault recipients'],
  ['credentials set'],
  ['alerts ack'],
  ['alerts add-channel'],
  ['alerts mute', 'alerts unmute'],
]

const ofVault: Crew = {
  name: 'vault',
  owns: false,
  homes: false,
  lanes: (life) => {
    const names = (lane: string): ReadonlyArray<string> => [`${lane}-${life % few}`, `${lane}-${(life + 1) % few}`]
    return [
      ...['panic', 'panicked'].map((of) => ({ names: names(of), turns: ['panic', 'resume'] })),
      ...['apply', 'applied'].map((of) => ({ names: names(of), turns: ['apply'] })),
      ...['import', 'imported'].map((of) => ({ names: names(of), turns: ['import', 'remove'] })),
      ...ofAll.flatMap((turns) => [0, 1].map(() => ({ names: [''], turns }))),
    ]
  },
}

const ofHomes: Crew = {
  name: 'homes',
  owns: false,
  homes: true,
  lanes: () => [
    { names: [''], turns: ['init'] },
    { names: [''], turns: ['backup'] },
    { names: [''], turns: ['restore'] },
    { names: [''], turns: ['restore'] },
    { names: [''], turns: ['vault passphrase', 'vault keychain', 'vault rotate-key', 'vault key-file'] },
  ],
}

/** Two processes at the keys of one vault; one at another vault itself; one that makes, moves, saves and restores vaults. */
export const crews: ReadonlyArray<ReadonlyArray<Crew>> = [[ofKeys(1), ofKeys(2)], [ofVault], [ofHomes]]

/** Who may open what, and a keychain of files, in a bench's folder. */
export const prepare = async (bench: Bench): Promise<{ readonly people: ReadonlyArray<string>; readonly env: Readonly<Record<string, string>> }> => {
  const identities = [await generateX25519Identity(), await generateX25519Identity()]
  writeFileSync(join(bench.folder, 'identity'), `${identities.join('\n')}\n`, { mode: 0o600 })
  for (const each of ['records', 'backups', 'tools/entries']) mkdirSync(join(bench.folder, each), { recursive: true })
  const tool = join(bench.folder, 'tools/secret-tool')
  writeFileSync(tool, toolText)
  chmodSync(tool, 0o755)
  return {
    people: await Promise.all(identities.map((each) => identityToRecipient(each))),
    env: {
      ...bench.env,
      PATH: `${join(bench.folder, 'tools')}:${bench.env['PATH'] ?? ''}`,
      LEAN_VAULT_MANAGEMENT_KEY: bench.saved.managementKey,
      LEAN_VAULT_PASSPHRASE: 'canary passphrase of the lanes',
      // A dead process's claim is not waited for: another key is taken.
      LEAN_VAULT_RETRY_BUDGET_MS: '1000',
      LEAN_VAULT_HTTP_TIMEOUT_MS: '2000',
    },
  }
}
