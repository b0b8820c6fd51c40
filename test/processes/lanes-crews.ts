import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'

import type { Bench } from './bench.js'
import { toolText } from './custody-scenarios.js'

/** What one lane does in turn, and with which names. */
export interface Lane {
  readonly names: ReadonlyArray<string>
  readonly turns: ReadonlyArray<string>
  /** Where in its turns it begins; default: anywhere, so that a short life strikes each of them. */
  readonly first?: number
  /** After each of its answers, ms; default: its crew's. Changes of one thing that come too thick starve one another. */
  readonly pause?: number
}

/**
 * A kind of process. `owns`: nobody else changes its keys, so each stays as it was last seen. `homes`: it works at vaults of its
 * own, each below one folder.
 */
export interface Crew {
  readonly name: string
  readonly owns: boolean
  readonly homes: boolean
  /** After each answer, ms: what asks nobody would otherwise let no answer of OpenRouter in. */
  readonly pause: number
  readonly lanes: (life: number) => ReadonlyArray<Lane>
}

/** What a killed process had claimed rests for so many lives of its crew. */
export const groups = 10

const ofKeys = (slot: number): Crew => ({
  name: `keys ${slot}`,
  owns: true,
  homes: false,
  pause: 2,
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

const two = <A>(make: (half: number) => A): ReadonlyArray<A> => [0, 1].map(make)

/** What asks OpenRouter about many keys, or changes them. Each by two lanes, so that a kill strikes it at two places. */
const ofVault: Crew = {
  name: 'vault',
  owns: false,
  homes: false,
  pause: 2,
  lanes: (life) => {
    const names = (lane: string): ReadonlyArray<string> => [`${lane}-${life % groups}`, `${lane}-${life % groups}b`]
    return [
      ...['panic', 'panicked'].map((of) => ({ names: names(of), turns: ['panic', 'resume'] })),
      ...['apply', 'applied'].map((of) => ({ names: names(of), turns: ['apply'] })),
      ...['import', 'imported'].map((of) => ({ names: names(of), turns: ['import', 'remove'] })),
      ...['reconcile', 'get-usage', 'watch', 'credentials set'].flatMap((verb) => two(() => ({ names: [''], turns: [verb] }))),
    ]
  },
}

/** What changes the vault key, its recipients and what is said of alerts, each by a lane. It asks nobody. */
const ofCustody: Crew = {
  name: 'custody',
  owns: false,
  homes: false,
  pause: 40,
  lanes: () => [
    ...['vault rotate-key', 'vault recipients add', 'vault recipients remove', 'alerts add-channel', 'alerts remove-channel'].map((verb) => ({ names: [''], turns: [verb], pause: 400 })),
    ...['alerts ack', 'alerts mute', 'alerts unmute'].map((verb) => ({ names: [''], turns: [verb] })),
  ],
}

const moves: ReadonlyArray<string> = ['vault passphrase', 'vault keychain', 'vault rotate-key', 'vault key-file']

/** Of these, each vault's key is moved about by one lane. */
export const movedHomes: ReadonlyArray<string> = moves.map((_, n) => `moved-${n}`)

const ofHomes: Crew = {
  name: 'homes',
  owns: false,
  homes: true,
  pause: 2,
  lanes: (life) => [
    { names: [''], turns: ['init'] },
    { names: [''], turns: ['backup'] },
    { names: [''], turns: ['restore'] },
    ...movedHomes.map((home, n) => ({ names: [home], turns: moves.map((_, turn) => moves[(turn + n + life) % moves.length] ?? ''), first: 0 })),
  ],
}

/**
 * What lives at one site of its own: two processes at the keys of one vault; one at another vault as a whole; one at who may open
 * a vault, and at its alerts; one that makes, moves, saves and restores vaults.
 */
export interface SiteOf {
  readonly name: string
  readonly crews: ReadonlyArray<Crew>
}

export const sites: ReadonlyArray<SiteOf> = [
  { name: 'keys', crews: [ofKeys(1), ofKeys(2)] },
  { name: 'vault', crews: [ofVault] },
  { name: 'custody', crews: [ofCustody] },
  { name: 'homes', crews: [ofHomes] },
]

const verbsAt = ({ crews }: SiteOf): ReadonlyArray<string> => [...new Set(crews.flatMap((crew) => crew.lanes(0).flatMap(({ turns }) => turns)))]

/** What a site is to strike: what is asked there, but at no site before it. */
export const verbsOf = (site: SiteOf): ReadonlyArray<string> => {
  const before = new Set(sites.slice(0, sites.indexOf(site)).flatMap((each) => verbsAt(each)))
  return verbsAt(site).filter((verb) => !before.has(verb))
}

/** Who may open what, and a keychain of files, in a bench's folder. */
export const prepare = async (bench: Bench): Promise<{ readonly people: ReadonlyArray<string>; readonly env: Readonly<Record<string, string>> }> => {
  const identities = await Promise.all([1, 2, 3, 4].map(() => generateX25519Identity()))
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
