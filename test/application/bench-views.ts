import * as E from 'fp-ts/lib/Either.js'

import { keyEventCodec } from '../../src/adapters/event-codec/event-codec.js'
import { placeOf } from '../../src/adapters/memory-log/memory-store.js'
import type { ApiKey } from '../../src/adapters/simulated-openrouter/account.js'
import { type DashboardEdit, editKey } from '../../src/adapters/simulated-openrouter/dashboard.js'
import { handle } from '../../src/adapters/simulated-openrouter/handle.js'
import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import type { VaultError } from '../../src/application/errors.js'
import type { ReconcileReport } from '../../src/application/reports.js'
import { reveal } from '../../src/application/secret.js'
import { fold } from '../../src/domain/decider.js'
import type { KeyEvent } from '../../src/domain/key/event.js'
import { keyDecider } from '../../src/domain/key/index.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { parseMarker } from '../../src/domain/shared/marker.js'
import { checkQuiet } from '../simulation/invariants.js'
import { sha256 } from '../simulation/sim-vault.js'
import type { Answer, Bench } from './harness.js'

export const minute = 60_000
const hour = 3_600_000

/** The result of a command that succeeded. */
export const done = <A>(answer: Answer<A>): A => {
  if (answer === null) throw new Error('the process was killed')
  if (E.isLeft(answer)) throw new Error(`refused: ${JSON.stringify(answer.left)}`)
  return answer.right
}

/** The error of a command that failed. */
export const failed = (answer: Answer<unknown>): VaultError => {
  if (answer === null) throw new Error('the process was killed')
  if (E.isRight(answer)) throw new Error(`it succeeded: ${JSON.stringify(answer.right)}`)
  return answer.left
}

/** Everything off, time passes, and a reconcile, or at most two, settle what is left. The report of the first one. */
export const quieten = async (bench: Bench): Promise<ReconcileReport> => {
  bench.trouble({})
  bench.advance(3 * hour)
  const report = done(await bench.run((vault) => vault.reconcile()))
  const left = report.outstanding.length === 0 ? report : done(await bench.run((vault) => vault.reconcile()))
  if (left.outstanding.length > 0) throw new Error(`two reconciles leave ${JSON.stringify(left.outstanding)}`)
  checkQuiet(bench.observer)
  if (bench.observer.problems.length > 0) throw new Error([...new Set(bench.observer.problems)].join('; '))
  return report
}

/** A key made on OpenRouter's site or by another vault. */
export const plant = (bench: Bench, name: string, limit: number | null = 7): ApiKey => {
  const { world } = bench
  const before = new Set(world.account.keys.keys())
  const body = JSON.stringify({ name, limit })
  const request = { method: 'POST', path: '/keys', query: {}, bearer: bench.managementKey, body }
  changeAccount(world, bench.now(), (account) => handle(sha256, account, request, bench.now()).account)
  const made = [...world.account.keys.values()].find((key) => !before.has(key.hash))
  if (made === undefined) throw new Error(`${name} was not made`)
  bench.observer.meddled.add(made.hash)
  return made
}

/** The live remote keys that were made for a name of this vault. */
export const remoteKeys = (bench: Bench, name: string): ReadonlyArray<ApiKey> =>
  [...bench.world.account.keys.values()].filter((key) => {
    const marker = parseMarker(key.name)
    return marker?.name === name && marker.vaultId === bench.vaultId
  })

/** The one live remote key of a name. */
export const remoteKey = (bench: Bench, name: string): ApiKey => {
  const [key, ...others] = remoteKeys(bench, name)
  if (key === undefined || others.length > 0) throw new Error(`${name} has not one key, but ${String(remoteKeys(bench, name).length)}`)
  return key
}

/** Somebody changes a key on OpenRouter's site. */
export const editRemote = (bench: Bench, name: string, change: DashboardEdit): void => {
  const { hash } = remoteKey(bench, name)
  bench.observer.meddled.add(hash)
  changeAccount(bench.world, bench.now(), (account) => editKey(account, hash, change, bench.now()))
}

export const factsOf = (bench: Bench, name: string): ReadonlyArray<KeyEvent> =>
  (bench.store.byStream.get(`key/${name}`) ?? []).flatMap((record) => {
    const decoded = keyEventCodec.decode(record)
    return E.isRight(decoded) ? [decoded.right] : []
  })

/** The types of a name's events, in order. */
export const eventsOf = (bench: Bench, name: string): ReadonlyArray<string> => factsOf(bench, name).map((event) => event.type)

export const stateOf = (bench: Bench, name: string): KeyState => fold(keyDecider, keyDecider.initial, factsOf(bench, name))

const generationOf = ({ stage }: KeyState): number => ('key' in stage ? stage.key.incarnation.generation : 1)

/** Whether the sealed secret of an incarnation is in the store. */
export const isSealed = (bench: Bench, name: string, lineage = 1): boolean =>
  bench.store.sealed.has(placeOf({ stream: `key/${name}`, owner: `${name}#${String(lineage)}`, generation: generationOf(stateOf(bench, name)) }))

/** `works`: `get` hands out a secret that OpenRouter takes. */
export const useKey = async (bench: Bench, name: string): Promise<'works' | 'refused' | VaultError['_tag']> => {
  const answer = await bench.run((vault) => vault.get(name))
  if (answer === null) throw new Error('the process was killed')
  if (E.isLeft(answer)) return answer.left._tag
  const key = bench.world.account.keys.get(sha256(reveal(answer.right.secret)))
  return key === undefined || key.disabled || key.limit === 0n ? 'refused' : 'works'
}
