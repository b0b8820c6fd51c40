import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable, VersionConflict } from '../../application/ports/event-log.js'
import type { KeyRingStore } from '../../application/ports/key-ring-store.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import { type KeyRing, type KeyRingBroken, newDataKey, unwrapRing, wrapRing } from './key-ring.js'
import type { VaultKey } from './vault-key.js'

/** The vault's ring, opened with its vault key. */
export const openKeyRing = (
  store: KeyRingStore,
  vaultKey: VaultKey,
  vaultId: VaultId,
): TE.TaskEither<LogUnavailable | KeyRingBroken, KeyRing> =>
  pipe(
    store.read(),
    TE.flatMap((wrapped) => TE.fromEither<LogUnavailable | KeyRingBroken, KeyRing>(unwrapRing(vaultKey, vaultId, wrapped))),
  )

/**
 * The vault's ring, begun with one new data key if there is none. Repeatable: of two at once one begins it, and the
 * other opens what it finds, or learns that it holds the wrong vault key.
 */
export const beginKeyRing = (
  store: KeyRingStore,
  vaultKey: VaultKey,
  vaultId: VaultId,
  lock: string | null = null,
): TE.TaskEither<LogUnavailable | KeyRingBroken, KeyRing> =>
  pipe(
    store.change<never>(({ keys }) =>
      E.right(keys.length > 0 ? null : { ring: wrapRing(vaultKey, vaultId, [newDataKey()], lock), appends: [] }),
    ),
    TE.orElse((error: VersionConflict | LogUnavailable) => (error._tag === 'VersionConflict' ? TE.right(undefined) : TE.left(error))),
    TE.flatMap(() => openKeyRing(store, vaultKey, vaultId)),
  )
