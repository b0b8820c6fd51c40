import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { LocalDeps } from '../../application/deps.js'
import type { HandedOut } from '../../application/handed-out.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { getByName } from '../../application/use-cases/get.js'
import { evolve } from '../../domain/key/evolve.js'
import { initialKeyState } from '../../domain/key/initial-state.js'
import { keyEventCodec } from '../event-codec/key-event-codec.js'
import { foldName } from './fold-name.js'
import { loadSettings } from './load-settings.js'
import { closeStore, openStore } from './open-parts.js'
import { openSealer } from './open-sealer.js'
import type { VaultOptions } from './options.js'
import { openingOf } from './unlock.js'

const snapshotsBy = (make: VaultStore['snapshots']): Pick<LocalDeps, 'snapshots'> => (make === undefined || foldName === null ? {} : { snapshots: make(foldName) })

const protocol = { decider: { initial: initialKeyState, evolve } }

/** The secret of one key, by the parts that it takes and no others: what `openVault` and its `get` give, sooner. */
export const readSecret = (options: VaultOptions, name: string): TE.TaskEither<VaultError, HandedOut> =>
  pipe(
    loadSettings(options),
    TE.flatMap((around) =>
      TE.bracket(
        openStore(around),
        (store) =>
          pipe(
            openSealer(openingOf(around, options, store)),
            TE.flatMap(({ store: { log, snapshots }, sealer }) => getByName({ ...snapshotsBy(snapshots), log, sealer, keyEvents: keyEventCodec, protocol }, name)),
          ),
        closeStore,
      ),
    ),
  )
