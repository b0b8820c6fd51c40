import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { TagsPatch } from '../../domain/key/tags.js'
import { incarnationOf } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import type { TagReport } from '../reports.js'
import { transact } from '../transact.js'
import { parseTagsPatch } from './input.js'
import { changeReport } from './outcome.js'
import { accept } from './remove.js'

/** Gives a key other tags, wherever it stands in its life. OpenRouter knows nothing of tags, so nothing is sent. */
export const changeTags = (deps: LocalDeps, name: KeyName, given: TagsPatch): TE.TaskEither<VaultError, TagReport> =>
  pipe(
    TE.fromEither(parseTagsPatch(given)),
    TE.flatMap((patch) => transact(deps, name, () => ({ _tag: 'ChangeTags', patch, at: deps.clock.now() }))),
    TE.flatMap(accept(name)),
    TE.bindTo('events'),
    TE.bind('loaded', () => loadKey(deps, name)),
    TE.map(({ events, loaded: { state } }) => ({
      ...changeReport(name, events.length === 0 ? 'unchanged' : 'updated', { state, events }),
      tags: incarnationOf(state.stage)?.spec.tags ?? {},
    })),
  )
