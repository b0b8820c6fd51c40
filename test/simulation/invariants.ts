import { isRight } from 'fp-ts/lib/Either.js'

import { keyEventCodec } from '../support/remembering-codecs.js'
import { attemptedCreations } from '../../src/adapters/simulated-openrouter/journal.js'
import type { ApiKey } from '../../src/adapters/simulated-openrouter/account.js'
import { limitRemaining } from '../../src/adapters/simulated-openrouter/key-state.js'
import { placeOf } from '../../src/adapters/memory-log/memory-store.js'
import { keyDecider } from '../../src/domain/key/index.js'
import { samePolicy } from '../../src/domain/key/remote-policy.js'
import { otherHash, stagesOf } from '../../src/domain/key/rotation.js'
import { isNewborn } from '../../src/domain/key/spec.js'
import { wantedGuard } from '../../src/domain/key/guard.js'
import type { HeldKey, KeyState } from '../../src/domain/key/state.js'
import { owedWork } from '../../src/domain/key/view.js'
import { wantedOf } from '../../src/domain/key/wanted.js'
import type { KeyHash, KeyName } from '../../src/domain/shared/identifiers.js'
import { parseMarker } from '../../src/domain/shared/marker.js'
import { type Allowed, allowedAfter, isLooserOnce, remoteRoom } from './never-looser.js'
import { checkHandedOut, checkMonth, checkSwitch, nowOf } from './rotation-invariants.js'
import type { Universe } from './sim-vault.js'

/** What an observer of both sides knows, kept from step to step. */
export interface Observer {
  readonly universe: Universe
  /** Keys that bear our marker and are not in our log, and keys of others: nobody may touch them. */
  readonly untouchable: ReadonlySet<string>
  /** Keys that somebody edited on the dashboard. */
  readonly meddled: Set<string>
  /** Keys that live after a proof without another key as its canary: the recorded limit of what a lone key's end can prove. */
  readonly believedGone: Set<string>
  /** What the log says that the key of a nonce could spend at its birth. */
  readonly residuals: Map<string, bigint>
  /** What each key, by its hash, was used for. */
  readonly charges: Map<string, Array<{ readonly at: number; readonly amount: bigint }>>
  /** Of which lineage each key is or was. */
  readonly lineages: Map<string, string>
  /** Keys, by their hashes, that somebody may have: each was the one of its name at some time, which `get` gives. */
  readonly inHands: Set<string>
  seenRecords: number
  seenRequests: number
  readonly folded: Map<KeyName, { readonly version: number; readonly state: KeyState; readonly allowed: Allowed }>
  readonly problems: Array<string>
}

export const makeObserver = (universe: Universe, untouchable: ReadonlySet<string>): Observer => ({
  universe,
  untouchable,
  meddled: new Set(),
  believedGone: new Set(),
  residuals: new Map(),
  charges: new Map(),
  lineages: new Map(),
  inHands: new Set(),
  seenRecords: 0,
  seenRequests: 0,
  folded: new Map(),
  problems: [],
})

const refold = (observer: Observer): void => {
  const { byStream } = observer.universe.store
  for (const [stream, records] of byStream) {
    if (!stream.startsWith('key/')) continue
    const name = stream.slice(4) as KeyName
    const known = observer.folded.get(name)
    if (known?.version === records.length) continue
    const events = records.slice(known?.version ?? 0).flatMap((record) => {
      const decoded = keyEventCodec.decode(record)
      if (isRight(decoded)) return [decoded.right]
      observer.problems.push(`an event cannot be read back: ${decoded.left.problem}`)
      return []
    })
    const before = { state: known?.state ?? keyDecider.initial, allowed: known?.allowed ?? null }
    const { state, allowed } = events.reduce((from, event) => {
      const next = keyDecider.evolve(from.state, event)
      if (next.stage._tag === 'Held' || next.stage._tag === 'RollingBack') observer.inHands.add(next.stage.key.hash)
      return { state: next, allowed: allowedAfter(from.allowed, next) }
    }, before)
    observer.folded.set(name, { version: records.length, state, allowed })
  }
}

const states = (observer: Observer): ReadonlyArray<readonly [KeyName, KeyState]> =>
  [...observer.folded].map(([name, { state }]) => [name, state])

const liveKeys = (observer: Observer): ReadonlyArray<ApiKey> => [...observer.universe.world.account.keys.values()]

const isOurs = (observer: Observer, key: ApiKey): boolean =>
  parseMarker(key.name)?.vaultId === observer.universe.vault && !observer.untouchable.has(key.hash)

/** Hashes whose secret is sealed in the store, or that the log openly owes, or lets live. */
const accountedFor = (observer: Observer): ReadonlySet<string> => {
  const { sealed } = observer.universe.store
  const hashes = new Set<string>()
  for (const [name, state] of states(observer)) {
    for (const hash of state.leftAlive) hashes.add(hash)
    for (const stage of stagesOf(state)) {
      if (!('key' in stage)) continue
      const { hash, incarnation, secretHeld } = stage.key
      const place = placeOf({ stream: `key/${name}`, owner: incarnation.lineage, generation: incarnation.generation })
      const owed = stage._tag === 'Outstanding' || stage._tag === 'Removing' || stage._tag === 'LeavingAlive'
      if (owed || (secretHeld && sealed.has(place))) hashes.add(hash)
    }
  }
  return hashes
}

/** More than the residual that the log recorded for its birth. */
const canSpend = (observer: Observer, key: ApiKey): boolean => {
  if (key.disabled) return false
  const left = limitRemaining(key, nowOf(observer))
  return left === null || left > (observer.residuals.get(parseMarker(key.name)?.nonce ?? '') ?? 0n)
}

const checkExposure = (observer: Observer): void => {
  const exposed = liveKeys(observer).filter(
    (key) => isOurs(observer, key) && !observer.meddled.has(key.hash) && !observer.believedGone.has(key.hash) && canSpend(observer, key),
  )
  if (exposed.length === 0) return
  const known = accountedFor(observer)
  for (const key of exposed)
    if (!known.has(key.hash)) observer.problems.push(`${key.name} can spend and nobody holds its secret`)
}

/** A key and its successor together may never spend more than the limit of the one. */
const checkBudgets = (observer: Observer): void => {
  const now = nowOf(observer)
  for (const [name, state] of states(observer)) {
    const { rotation, stage } = state
    if (rotation === null || !('key' in stage)) continue
    const limit = stage.key.incarnation.spec.limits.monthly
    const hashes = stagesOf(state).flatMap((each) => ('key' in each ? [each.key.hash] : []))
    if (limit === null || hashes.some((hash) => observer.meddled.has(hash))) continue
    const keys = liveKeys(observer).filter((key) => hashes.some((hash) => hash === key.hash) && !key.disabled)
    const lefts = keys.map((key) => ({ left: limitRemaining(key, now), residual: observer.residuals.get(parseMarker(key.name)?.nonce ?? '') ?? 0n }))
    if (lefts.some(({ left }) => left === null)) observer.problems.push(`a key of ${name} has no limit while it is replaced`)
    const sum = lefts.reduce((total, { left, residual }) => total + (left ?? 0n) - residual, 0n)
    if (sum > limit) observer.problems.push(`the keys of ${name} may spend ${String(sum)} of ${String(limit)}`)
  }
}

const checkRequests = (observer: Observer): void => {
  const { journal } = observer.universe.world
  for (const entry of journal.slice(observer.seenRequests)) {
    const hash = /^\/keys\/([0-9a-f]{64})$/.exec(entry.path)?.[1]
    if (hash !== undefined && entry.method !== 'GET' && observer.untouchable.has(hash))
      observer.problems.push(`${entry.method} was sent for a key that is not ours to touch`)
  }
  const creations = attemptedCreations(journal)
  if (new Set(creations).size !== creations.length) observer.problems.push('one intent sent more than one POST')
  observer.seenRequests = journal.length
}

const checkRecords = (observer: Observer): void => {
  const { store, world } = observer.universe
  for (const record of store.all.slice(observer.seenRecords)) {
    if (/sk-or-v1-[0-9a-f]{16}/.test(record.data)) observer.problems.push(`a secret is in event ${record.type}`)
    const decoded = keyEventCodec.decode(record)
    if (!isRight(decoded)) continue
    if (decoded.right.type === 'RotationSwitched') checkSwitch(observer, decoded.right.successor)
    const event = decoded.right.type === 'OtherKeyChanged' ? decoded.right.fact : decoded.right
    if (event.type === 'CreationIntended') observer.residuals.set(event.nonce, event.birthLimit)
    if (event.type !== 'RevocationProven') continue
    const { hash, proof } = event
    if (!world.account.keys.has(hash)) continue
    if (proof.strength === 'weak' || proof.witnesses.canary === 'earlier-read') observer.believedGone.add(hash)
    else observer.problems.push(`the key ${hash} is called proven dead and lives`)
  }
  observer.seenRecords = store.all.length
}

/**
 * On the way from one set of limits to another a key can at no moment spend more than under the old ones or the new ones, whichever
 * are wider. A change that arrives later than any is waited for breaks an assumption, and with it this promise.
 */
const checkLooseness = (observer: Observer): void => {
  const { folded, meddled, problems, universe } = observer
  if (universe.counters.beyondSettle) return
  for (const [name, { state, allowed }] of folded) {
    if (allowed === null || state.stage._tag !== 'Held' || meddled.has(state.stage.key.hash)) continue
    const remote = remoteRoom(universe.world.account, state.stage.key.hash, nowOf(observer))
    if (remote === null || !isLooserOnce(remote, allowed)) continue
    const told = ({ monthly, daily }: { readonly monthly: unknown; readonly daily: unknown }): string => `${String(monthly)}/${String(daily)}`
    problems.push(`${name} may spend ${told(remote)}, which is looser than all of ${allowed.map(told).join(', ')}`)
  }
}

/** Everything that must hold after every step. */
export const checkStep = (observer: Observer): void => {
  refold(observer)
  checkLooseness(observer)
  checkRecords(observer)
  checkRequests(observer)
  checkExposure(observer)
  checkBudgets(observer)
  for (const [name, state] of states(observer)) {
    checkMonth(observer, name, state)
    checkHandedOut(observer, name, state)
  }
}

/** The nonces of a name's attempts that ended without a key. */
export const watchedNonces = (observer: Observer, name: string): ReadonlySet<string> => {
  refold(observer)
  return new Set(observer.folded.get(name as KeyName)?.state.watched ?? [])
}

/** A command that said "everything is as before" for an `add` must have left no key of its own behind, now or on its way. */
export const checkNothingLeft = (observer: Observer, name: string, before: ReadonlySet<string>): void => {
  if (observer.universe.counters.beyondSettle) return
  const { account, due } = observer.universe.world
  const own = [...watchedNonces(observer, name)].filter((nonce) => !before.has(nonce))
  const born = [...account.keys.values()].filter((key) => !isSetUp(observer, key) && own.some((nonce) => key.name.includes(nonce)))
  const coming = due.filter(
    (each) => each._tag === 'Request' && own.some((nonce) => (each.request.body ?? '').includes(nonce)),
  )
  if (born.length + coming.length > 0) observer.problems.push(`add ${name} said that nothing was left, and a key lives`)
}

const missing = (hash: KeyHash): string => hash.slice(0, 8)

/** Somebody changed a lost key by hand: then somebody holds it, and it is told and not touched. */
const isSetUp = ({ meddled }: Observer, key: ApiKey): boolean => meddled.has(key.hash) && !isNewborn(key)

/** Once all is quiet the key is under the guardrail that is wanted, and under none of ours where none is. */
const checkGuard = ({ meddled, problems, universe }: Observer, name: string, key: HeldKey): void => {
  if (meddled.has(key.hash) || key.kept !== null) return
  const { account } = universe.world
  const there = account.guardrails.get(account.assignments.get(key.hash)?.guardrailId ?? '')
  const wanted = wantedGuard(key)
  if (wanted === null && key.guard._tag === 'Unavailable') return
  if (there?.limit !== wanted?.limit || (there !== undefined && there.reset !== wanted?.reset))
    problems.push(`${name} is under a guardrail of ${String(there?.limit)}, and ${String(wanted?.limit)} is wanted`)
}

/** Everything that must hold once all is quiet and a reconcile has run. */
export const checkQuiet = (observer: Observer): void => {
  refold(observer)
  const { account } = observer.universe.world
  const kept = new Set<string>()
  for (const [name, state] of states(observer)) {
    const pending = owedWork(state)
    if (pending.length > 0) observer.problems.push(`${name} still has ${pending.join(', ')} to do (${state.stage._tag})`)
    for (const hash of state.leftAlive) kept.add(hash)
    const other = otherHash(state)
    if (other !== null) kept.add(other)
    if (state.stage._tag !== 'Held') continue
    const { key } = state.stage
    kept.add(key.hash)
    if (key.remote._tag === 'Absent') continue
    const remote = account.keys.get(key.hash)
    const wanted = wantedOf(key)
    if (remote === undefined) observer.problems.push(`${name} is held and ${missing(key.hash)} is gone`)
    else if (!samePolicy(wanted, { disabled: remote.disabled, limit: remote.limit, reset: remote.reset, includeByok: remote.includeByok }))
      observer.problems.push(`${name} has another policy at OpenRouter than is wanted`)
    else checkGuard(observer, name, key)
  }
  for (const key of liveKeys(observer))
    if (isOurs(observer, key) && !kept.has(key.hash) && !isSetUp(observer, key)) observer.problems.push(`${key.name} lives and nobody holds it`)
  for (const hash of observer.untouchable)
    if (!account.keys.has(hash)) observer.problems.push('a key that is not ours to touch is gone')
  checkSealed(observer)
}

const checkSealed = (observer: Observer): void => {
  const { sealed } = observer.universe.store
  const expected = states(observer).flatMap(([name, state]) =>
    stagesOf(state).flatMap((stage) =>
      stage._tag === 'Held' || stage._tag === 'Outstanding'
        ? [placeOf({ stream: `key/${name}`, owner: stage.key.incarnation.lineage, generation: stage.key.incarnation.generation })]
        : [],
    ),
  )
  const there = [...sealed.keys()].filter((place) => place.includes('key/'))
  for (const place of expected)
    if (!sealed.has(place)) observer.problems.push(`the secret at ${place} is lost`)
  for (const place of there)
    if (!expected.includes(place)) observer.problems.push(`the secret at ${place} should be shredded`)
}
