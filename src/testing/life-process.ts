import { createHash } from 'node:crypto'

import * as TE from 'fp-ts/lib/TaskEither.js'

import { addManagementKey, createAccount } from '../adapters/simulated-openrouter/create-account.js'
import { simulatedTransport } from '../adapters/simulated-openrouter/simulated-transport.js'
import { createWorld, type World } from '../adapters/simulated-openrouter/world.js'
import type { Process, Random } from '../application/ports/environment.js'
import type { HttpTransport } from '../application/ports/http.js'
import type { Sealer } from '../application/ports/sealer.js'
import type { VaultStore } from '../application/ports/vault-store.js'
import { reveal, type Secret, secret } from '../application/secret.js'
import type { AttemptId, Nonce, OwnerId, VaultId } from '../domain/shared/identifiers.js'
import type { Instant } from '../domain/shared/instant.js'
import type { EventLogSubject } from './event-log-subject.js'
import { type LifeAction, numbersFrom } from './life-plan.js'
import { makeVirtualClock, type VirtualClock } from './virtual-clock.js'

/** The parts that a vault is to be opened with: `overrides` of `openVault`, or of `initVault`. */
export interface LifeParts {
  readonly clock: VirtualClock
  readonly random: Random
  readonly process: Process
  /** Keeps secrets as they are, bound to their places: a life is about order, and sealing has a suite of its own. */
  readonly sealer: Sealer
  /** Leads to the simulated OpenRouter. Give it to a client of your own to try that. */
  readonly transport: HttpTransport
  /** The store under trial. */
  readonly store: VaultStore
}

/** A commit that was acknowledged. */
export type Acknowledged = Parameters<VaultStore['log']['commit']>[0]

/** Everything that outlives the processes of one life. */
export interface LifeWorld {
  readonly world: World
  readonly managementKey: Secret
  readonly clock: VirtualClock
  readonly random: Random
  readonly dead: Set<OwnerId>
  readonly acknowledged: Array<Acknowledged>
}

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** 2027-01-15T08:00:00Z, when every life begins. */
const beginning = 1_800_000_000_000 as Instant

export const lifeWorld = (seed: number): LifeWorld => {
  const next = numbersFrom(seed ^ 0x5eed)
  const hex = (digits: number): string => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('')
  const managementKey = `sk-or-v1-${sha256(`management key ${String(seed)}`)}`
  const account = createAccount(sha256, { seed: String(seed), at: beginning })
  const random: Random = {
    nonce: () => hex(32) as Nonce,
    attemptId: () => hex(32) as AttemptId,
    vaultId: () => hex(32) as VaultId,
    fraction: next,
  }
  const world = createWorld(sha256, addManagementKey(sha256, account, managementKey))
  return { world, managementKey: secret(managementKey), clock: makeVirtualClock(beginning), random, dead: new Set(), acknowledged: [] }
}

const sealer: Sealer = {
  seal: (ref, value) => TE.right({ ref, keyId: 'life', bytes: new TextEncoder().encode(`${JSON.stringify(ref)}\n${reveal(value)}`) }),
  open: ({ bytes, ref }) => {
    const [place, text] = new TextDecoder().decode(bytes).split('\n')
    return place === JSON.stringify(ref) && text !== undefined
      ? TE.right(secret(text))
      : TE.left({ _tag: 'SealBroken', reason: 'does-not-open', message: 'it was sealed for another place' })
  },
}

const never = <A>(): Promise<A> => new Promise<A>(() => undefined)

/** A process, and when it dies, if it does. */
export interface LifeProcess {
  readonly parts: LifeParts
  readonly death: Promise<'died'>
}

/** A process of a life: its ports see virtual time, the store under trial and the simulated OpenRouter. */
export const lifeProcess = async (life: LifeWorld, subject: EventLogSubject, id: number, trouble: Pick<LifeAction, 'fault' | 'crash'>): Promise<LifeProcess> => {
  const { acknowledged, clock, dead, random, world } = life
  const owner = `life/${String(id)}` as OwnerId
  const store = await subject.open()
  // Set at once, in the promise's own executor.
  let report: (died: 'died') => void = () => undefined
  const death = new Promise<'died'>((resolve) => {
    report = resolve
  })
  const die = <A>(): Promise<A> => {
    dead.add(owner)
    report('died')
    return never()
  }
  let commits = 0
  const commit: VaultStore['log']['commit'] = (asked) => async () => {
    const crash = trouble.crash?.commit === commits++ ? trouble.crash.when : null
    if (crash === 'before') return die()
    const answer = await store.log.commit(asked)()
    if (answer._tag === 'Right') acknowledged.push(asked)
    return crash === 'after' ? die() : answer
  }
  const transport = simulatedTransport({
    world,
    now: clock.now,
    delay: (milliseconds) => clock.sleep(milliseconds as Parameters<VirtualClock['sleep']>[0])(),
    nextFault: (_, request) => (trouble.fault?.request === request ? trouble.fault.what : null),
  })
  const process: Process = { owner, isGone: (other) => dead.has(other), stopping: () => false }
  return { parts: { clock, random, process, sealer, transport, store: { ...store, log: { ...store.log, commit } } }, death }
}
