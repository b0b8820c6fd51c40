import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'

import { isLeft, isRight } from 'fp-ts/lib/Either.js'

import { loadSettings } from '../../../src/adapters/composition/load-settings.js'
import { closeStore, openStore } from '../../../src/adapters/composition/open-parts.js'
import { openingOf, openRing } from '../../../src/adapters/composition/unlock.js'
import { type KeyRing, unwrapRing } from '../../../src/adapters/sealing/key-ring.js'
import { readLock } from '../../../src/adapters/sealing/lock.js'
import { makeSealer } from '../../../src/adapters/sealing/sealer.js'
import { toBytes } from '../../../src/adapters/sqlite-log/bytes.js'
import { loadDriver } from '../../../src/adapters/sqlite-log/load-driver.js'
import type { SealedSecret } from '../../../src/application/ports/event-log.js'
import type { WrappedRing } from '../../../src/application/ports/key-ring-store.js'
import type { VaultId } from '../../../src/domain/shared/identifiers.js'
import { type Friend } from './plan.js'
import { type CustodyLife, type KnownLock, optionsOf, people } from './world.js'

/** The inside of a vault, as its owner sees it. */
export interface Seen {
  readonly vault: VaultId
  readonly wrapped: WrappedRing
  readonly source: KnownLock['source']
  readonly friends: ReadonlyArray<Friend>
  /** Null: the owner cannot open it. */
  readonly opened: { readonly vaultKey: KeyObject; readonly ring: KeyRing } | null
  /** Who of the friends can open it, where that was asked for. */
  readonly openFor: ReadonlyArray<Friend>
}

const everybody = ['ann', 'bob'] as const

/** Looks at the ring: nothing is changed and nobody waits. A text says why there is nothing to be seen. */
export const look = async (life: CustodyLife, asked: ReadonlyArray<Friend> = []): Promise<Seen | string> => {
  const around = await loadSettings(optionsOf(life, 'owner', null))()
  if (isLeft(around)) return JSON.stringify(around.left)
  const store = await openStore(around.right)()
  if (isLeft(store)) return JSON.stringify(store.left)
  const opens = async (who: 'owner' | Friend): Promise<Seen['opened']> => {
    const options = optionsOf(life, who, null)
    const own = await loadSettings(options)()
    const opened = isRight(own) ? await openRing(openingOf(own.right, options, store.right))() : own
    return isRight(opened) ? opened.right : null
  }
  const wrapped = await store.right.keyRing.read()()
  const opened = await opens('owner')
  const openFor: Array<Friend> = []
  for (const friend of asked) if ((await opens(friend)) !== null) openFor.push(friend)
  await closeStore(store.right)()
  if (isLeft(wrapped)) return JSON.stringify(wrapped.left)
  const lock = readLock(wrapped.right.lock)
  if (isLeft(lock)) return JSON.stringify(lock.left)
  const known = await people()
  const friends = everybody.filter((friend) => lock.right.recipients.some(({ recipient }) => recipient === known[friend].recipient))
  return { vault: store.right.info.vaultId, wrapped: wrapped.right, source: lock.right.source.kind, friends, opened, openFor }
}

/** Both friends are asked again where the ring or its lock is another than the one that they were asked about last. */
export const lookForAll = async (life: CustodyLife): Promise<Seen | string> => {
  const seen = await look(life)
  if (typeof seen === 'string') return seen
  const text = [seen.wrapped.lock, ...seen.wrapped.keys.map(({ bytes }) => Buffer.from(bytes).toString('hex'))].join()
  if (text === life.askedAbout) return { ...seen, openFor: life.promised.lock.friends }
  life.askedAbout = text
  return look(life, everybody)
}

/** Every secret that lies sealed in the vault, by a text that stands for it alone. */
export const sealedIn = async ({ home }: CustodyLife): Promise<ReadonlyMap<string, SealedSecret>> => {
  const driver = await loadDriver('auto')
  const connection = driver?.open(join(home, 'vault.db'))
  const rows = connection?.prepare('SELECT stream, owner, generation, key_id, bytes FROM sealed').all() ?? []
  connection?.close()
  return new Map(
    rows.map(({ stream, owner, generation, key_id, bytes }) => {
      const copy = toBytes(bytes) ?? new Uint8Array()
      const ref = { stream: String(stream), owner: String(owner), generation: Number(generation) }
      return [`${ref.stream} ${ref.owner} ${String(ref.generation)} ${Buffer.from(copy).toString('hex')}`, { ref, keyId: String(key_id), bytes: copy }]
    }),
  )
}

/** Whether whoever had that vault key, and with it the ring of that time, can open this now. */
export const opensWith = async (ring: KeyRing, sealed: SealedSecret): Promise<boolean> => isRight(await makeSealer(ring).open(sealed)())

export const unwraps = (vaultKey: KeyObject, { vault, wrapped }: Seen): boolean => isRight(unwrapRing(vaultKey, vault, wrapped))
