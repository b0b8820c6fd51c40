import type { KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { addManagementKey, createAccount } from '../../../src/adapters/simulated-openrouter/create-account.js'
import { handle } from '../../../src/adapters/simulated-openrouter/handle.js'
import { simulatedTransport } from '../../../src/adapters/simulated-openrouter/simulated-transport.js'
import { createWorld, settleDue, type World } from '../../../src/adapters/simulated-openrouter/world.js'
import type { Keychain } from '../../../src/adapters/keychain/keychain.js'
import type { HttpTransport } from '../../../src/application/ports/http.js'
import { secret, type Secret } from '../../../src/application/secret.js'
import type { KeyRing } from '../../../src/adapters/sealing/key-ring.js'
import type { AttemptId, Nonce, OwnerId, VaultId } from '../../../src/domain/shared/identifiers.js'
import type { Instant, Millis } from '../../../src/domain/shared/instant.js'
import { backupVault, changeVaultKey, type OpenedVault, openVault, restoreVault, type VaultOptions } from '../../../src/index.js'
import { makeVirtualClock, type VirtualClock } from '../../../src/testing/virtual-clock.js'
import { makePrng, type Prng } from '../prng.js'
import { sha256 } from '../sim-vault.js'
import { effect, type Mortal, never } from './effects.js'
import type { BackupFile, CustodyAction, CustodyPlan, CustodyStep, Friend, Who } from './plan.js'

/** What the life is lived with. A planted fault puts something else in the place of one of them. */
export interface Custody {
  readonly open: typeof openVault
  readonly change: typeof changeVaultKey
  readonly backup: typeof backupVault
  readonly restore: typeof restoreVault
}

export const realCustody: Custody = { open: openVault, change: changeVaultKey, backup: backupVault, restore: restoreVault }

/** The logarithm of scrypt's N, as cheap as there is: how dear a guess is has tests of its own. */
export const cost = 10
export const backupPassphrase = secret('for the backups')

/** Where the vault key comes from and who else has it, as far as acknowledged changes tell. */
export interface KnownLock {
  readonly source: 'key-file' | 'keychain' | 'passphrase'
  readonly phrase: string
  readonly friends: ReadonlyArray<Friend>
}

/** What acknowledged commands promised: which names are held with which key, and which are free. */
export interface Promised {
  readonly lock: KnownLock
  readonly held: ReadonlyMap<string, string | null>
  readonly free: ReadonlySet<string>
  /** A command about them came to no end that says what is so. */
  readonly unsure: ReadonlySet<string>
  readonly restores: number
}

export interface KeptBackup {
  readonly path: string
  readonly opensFor: 'passphrase' | Friend
  readonly promised: Promised
  /** The locks of its moment: more than one where somebody changed it meanwhile. */
  readonly locks: ReadonlyArray<KnownLock>
  readonly acknowledged: boolean
}

/** A vault key that is in force no more, with the data keys that it opened, and what was sealed by the time that it went. */
export interface FormerKey {
  readonly vaultKey: KeyObject
  readonly ring: KeyRing
  readonly sealedThen: ReadonlySet<string>
}

/** A process that acts, and what is still to befall it in this action. */
export interface Acting {
  readonly mortal: Mortal
  fault: CustodyStep['fault']
  requests: number
  meanwhile: CustodyAction | null
}

/** Everything that outlives the processes of one life. */
export interface CustodyLife {
  readonly plan: CustodyPlan
  readonly custody: Custody
  readonly root: string
  readonly home: string
  readonly world: World
  readonly managementKey: Secret
  readonly clock: VirtualClock
  readonly prng: Prng
  readonly keychain: Map<string, KeyObject>
  readonly dead: Set<OwnerId>
  readonly sessions: Map<Who, { readonly acting: Acting; readonly vault: OpenedVault }>
  /** The name that every key was made under, by its hash. */
  readonly issued: Map<string, string>
  /** Every secret that was handed out. */
  readonly secrets: Set<string>
  readonly backups: Map<BackupFile, KeptBackup>
  readonly former: Array<FormerKey>
  readonly problems: Array<string>
  readonly story: Array<string>
  /** Keys that the last reconcile named and nobody holds. */
  unheld: ReadonlyArray<string>
  vault: VaultId | null
  /** The ring and the lock with which both friends tried to open the vault. */
  askedAbout: string
  isThere: boolean
  promised: Promised
  processes: number
  places: number
  phrases: number
  /** A change of the lock that waits while somebody else has a turn: it may be made already. */
  waiting: ((lock: KnownLock) => KnownLock) | null
  /** Somebody else's turn, while a process waits. */
  turn: (action: CustodyAction) => Promise<void>
}

interface Person {
  readonly identity: string
  readonly recipient: string
}

let friends: Promise<Readonly<Record<Friend, Person>>> | null = null

const person = async (): Promise<Person> => {
  const identity = await generateX25519Identity()
  return { identity, recipient: await identityToRecipient(identity) }
}

/** The same two for all lives: what they are called is all that a life depends on. */
export const people = (): Promise<Readonly<Record<Friend, Person>>> => (friends ??= Promise.all([person(), person()]).then(([ann, bob]) => ({ ann, bob })))

const beginning = 1_800_000_000_000 as Instant

/** A key of somebody else in the same account: by it OpenRouter's listings can be told from empty ones. */
const strangersKey = (world: World, bearer: string): void => {
  const request = { method: 'POST' as const, path: '/keys', query: {}, bearer, body: JSON.stringify({ name: 'somebody by hand', limit: 7 }) }
  world.account = handle(world.sha256, world.account, request, beginning).account
}

/** A folder of its own with nothing in it but the identities of two friends, and an account. */
export const makeLife = async (plan: CustodyPlan, custody: Custody): Promise<CustodyLife> => {
  const root = mkdtempSync(join(tmpdir(), 'lean-vault-custody-'))
  for (const [name, { identity }] of Object.entries(await people())) writeFileSync(join(root, `${name}.identity`), `${identity}\n`, { mode: 0o600 })
  mkdirSync(join(root, 'backups'), { mode: 0o700 })
  const managementKey = `sk-or-v1-${sha256(`management ${String(plan.seed)}`)}`
  const account = createAccount(sha256, { seed: String(plan.seed), at: beginning })
  const world = createWorld(sha256, addManagementKey(sha256, account, managementKey))
  strangersKey(world, managementKey)
  return {
    plan,
    custody,
    root,
    home: join(root, 'vault'),
    world,
    managementKey: secret(managementKey),
    clock: makeVirtualClock(beginning),
    prng: makePrng(plan.seed ^ 0x11fe),
    keychain: new Map(),
    dead: new Set(),
    sessions: new Map(),
    issued: new Map(),
    secrets: new Set(),
    backups: new Map(),
    former: [],
    problems: [],
    story: [],
    unheld: [],
    vault: null,
    askedAbout: '',
    isThere: false,
    promised: { lock: { source: plan.keySource, phrase: 'phrase 0', friends: [] }, held: new Map(), free: new Set(), unsure: new Set(), restores: 0 },
    processes: 0,
    places: 0,
    phrases: 0,
    waiting: null,
    turn: () => Promise.resolve(),
  }
}

export const disposeLife = ({ root }: CustodyLife): void => rmSync(root, { recursive: true, force: true })

const isAlive = ({ mortal }: Acting): boolean => mortal.alive

/** Here a process waits for others: at its first such place somebody else has a turn. The dead wait for ever. */
const pause = async (life: CustodyLife, acting: Acting): Promise<void> => {
  if (!acting.mortal.alive) return never()
  const { meanwhile } = acting
  acting.meanwhile = null
  if (meanwhile !== null) await life.turn(meanwhile)
}

const transportOf = (life: CustodyLife, acting: Acting): HttpTransport => {
  const { clock, issued, world } = life
  const transport = simulatedTransport({
    world,
    now: clock.now,
    delay: (milliseconds) => clock.sleep(milliseconds as Millis)(),
    nextFault: () => (acting.requests++ === acting.fault?.request ? acting.fault.what : null),
  })
  return (request) => async () => {
    // Also after the answer: what is made of it is written when others had their turn.
    settleDue(world, clock.now())
    if (!acting.mortal.alive) return never()
    const answer = await transport(request)()
    for (const { hash, name } of world.account.keys.values()) if (!issued.has(hash)) issued.set(hash, name)
    if (request.method === 'POST') await pause(life, acting)
    // Whoever died meanwhile hears nothing.
    return isAlive(acting) ? answer : never()
  }
}

const missing = { _tag: 'KeychainError', reason: 'missing', message: 'there is none' } as const

/** A keychain whose every change is one at which a process may die, and which takes its time. */
const keychainOf = (life: CustodyLife, acting: Acting | null): Keychain => {
  const { keychain } = life
  const change = (what: string, work: () => void) => async () => {
    if (acting !== null) await pause(life, acting)
    effect(what, work)
    return { _tag: 'Right', right: undefined } as const
  }
  return {
    store: (account, key) => change('keychain store', () => void keychain.set(account, key)),
    lookup: (account) => TE.fromNullable(missing)(keychain.get(account)),
    clear: (account) => change('keychain clear', () => void keychain.delete(account)),
  }
}

const isFriend = (who: Who): who is Friend => who === 'ann' || who === 'bob'

/** How somebody opens the vault. A friend has an identity and nothing else. `acting`: null for whoever only looks. */
export const optionsOf = (life: CustodyLife, who: Who, acting: Acting | null): VaultOptions => {
  const { clock, prng, root, dead } = life
  const owner = `custody/${String(acting?.mortal.id ?? 'nobody')}` as OwnerId
  const hex = (): string => prng.hex(32)
  const ask = async (): Promise<Secret> => {
    if (acting !== null) await pause(life, acting)
    return secret(life.promised.lock.phrase)
  }
  const friend = isFriend(who)
  return {
    home: life.home,
    userFolder: join(root, friend ? who : 'user'),
    workingFolder: root,
    baseUrl: 'https://openrouter.test/api/v1',
    ...(friend ? { identityFile: join(root, `${who}.identity`) } : { passphrase: ask }),
    overrides: {
      clock,
      random: { nonce: () => hex() as Nonce, attemptId: () => hex() as AttemptId, vaultId: () => hex() as VaultId, fraction: () => prng.next() },
      process: { owner, isGone: (other) => dead.has(other), stopping: () => false },
      ...(acting === null ? {} : { transport: transportOf(life, acting) }),
      keychain: friend ? { store: () => TE.left(missing), lookup: () => TE.left(missing), clear: () => TE.left(missing) } : keychainOf(life, acting),
    },
  }
}
