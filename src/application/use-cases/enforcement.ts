import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyState } from '../../domain/key/state.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { KeyView } from '../reports.js'
import { viewKey } from '../view-key.js'
import { isWatched } from '../watcher-heartbeat.js'

/** The limits of a key that nobody enforces now, in words. */
const unenforced = ({ enforcedBy }: KeyView): ReadonlyArray<string> =>
  (['monthly', 'daily'] as const).filter((limit) => enforcedBy[limit] === 'nobody')

/** What a command says of limits that nobody enforces; nothing where all are. */
export const unenforcedNotes = (
  deps: Pick<LocalDeps, 'notes' | 'clock'>,
  name: KeyName,
  state: KeyState,
): TE.TaskEither<VaultError, ReadonlyArray<string>> =>
  pipe(
    isWatched(deps),
    TE.map((watched) => {
      const view = viewKey(name, state, watched)
      return (view === null ? [] : unenforced(view)).map((limit) => `nobody enforces the ${limit} limit: no watcher is at work`)
    }),
  )
