import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { SchedulePatch } from '../../domain/key/schedule.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import type { ChangeReport } from '../reports.js'
import { transact } from '../transact.js'
import { changeReport } from './outcome.js'
import { accept } from './remove.js'

/** Says when a key is to be replaced, wherever it stands in its life. Nothing is sent, and nothing is begun that is not due. */
export const changeSchedule = (deps: LocalDeps, name: KeyName, patch: SchedulePatch): TE.TaskEither<VaultError, ChangeReport> =>
  pipe(
    transact(deps, name, () => ({ _tag: 'ChangeSchedule', patch, at: deps.clock.now() })),
    TE.flatMap(accept(name)),
    TE.bindTo('events'),
    TE.bind('loaded', () => loadKey(deps, name)),
    TE.map(({ events, loaded: { state } }) => changeReport(name, events.length === 0 ? 'unchanged' : 'updated', { state, events })),
  )
