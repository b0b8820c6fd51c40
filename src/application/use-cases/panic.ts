import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyState } from '../../domain/key/state.js'
import { incarnationOf, publicState } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import { messageOf } from '../error-message.js'
import type { VaultError } from '../errors.js'
import { loadKnownKeys } from '../load-keys.js'
import type { PanicReport } from '../reports.js'
import { transact } from '../transact.js'
import type { PanicScope } from '../vault.js'
import { contain } from './containment.js'

/** So many keys are worked on at once: enough for speed, few enough that OpenRouter's rate limit is met rarely. */
const lanes = 6

type Fate =
  | { readonly _tag: 'Contained' | 'Unchanged'; readonly name: KeyName }
  | { readonly _tag: 'Outstanding'; readonly name: KeyName; readonly reason: string }

const inScope = (state: KeyState, scope: PanicScope): boolean => {
  const shown = publicState(state)
  if (shown === null || shown === 'removed') return false
  return scope === 'all' || incarnationOf(state.stage)?.spec.tags[scope.tag.key] === scope.tag.value
}

const outstanding = (name: KeyName, reason: string): Fate => ({ _tag: 'Outstanding', name, reason })

/** Why a key that nothing can be asked of may spend, or that it cannot. */
const withoutWish = (name: KeyName, { stage }: KeyState): Fate => {
  switch (stage._tag) {
    case 'Removing':
    case 'Outstanding':
      return stage.destruction.contained
        ? { _tag: 'Unchanged', name }
        : outstanding(name, 'it is being removed and not contained yet; run lean-vault reconcile')
    case 'RollingBack':
      return outstanding(name, 'its removal is being undone; run lean-vault reconcile, then panic again')
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'Provisioned':
    case 'Compensating':
      return outstanding(name, 'it is still being made; run lean-vault reconcile, then panic again')
    case 'LeavingAlive':
      return outstanding(name, 'it is being left alive by choice; contain it on the site of OpenRouter')
    case 'Held':
      return outstanding(name, 'another process is at it; panic again')
    case 'Vacant':
    case 'Removed':
      return outstanding(name, 'an earlier key of its name is still to be revoked; run lean-vault reconcile')
  }
}

type Wish =
  | { readonly _tag: 'Wished'; readonly name: KeyName; readonly events: ReadonlyArray<KeyEvent> }
  | { readonly _tag: 'Decided'; readonly fate: Fate }

/** Every wish is durable before the first request goes out, so that a panic which is killed is finished by a reconcile. */
const wish = (deps: Deps, name: KeyName): T.Task<Wish> =>
  pipe(
    transact(deps, name, () => ({ _tag: 'Contain', reason: 'panic', note: null, at: deps.clock.now() })),
    TE.match(
      (error): Wish => ({ _tag: 'Decided', fate: outstanding(name, messageOf(error)) }),
      (done): Wish => {
        if (done._tag === 'Done') return { _tag: 'Wished', name, events: done.events }
        return done.refusal._tag === 'AlreadySettled'
          ? { _tag: 'Wished', name, events: [] }
          : { _tag: 'Decided', fate: withoutWish(name, done.state) }
      },
    ),
  )

const fulfil = (deps: Deps, { name, events }: Extract<Wish, { readonly _tag: 'Wished' }>): T.Task<Fate> =>
  pipe(
    contain(deps, name, 'panic', null, events),
    T.map((answer): Fate => {
      if (isLeft(answer)) return outstanding(name, messageOf(answer.left))
      const { outcome, reason } = answer.right
      if (outcome === 'incomplete') return outstanding(name, reason ?? 'part of it is still open')
      return { _tag: outcome === 'unchanged' ? 'Unchanged' : 'Contained', name }
    }),
  )

const inLanes = (deps: Deps, wishes: ReadonlyArray<Wish>): T.Task<ReadonlyArray<Fate>> => {
  const one = (each: Wish): T.Task<Fate> => (each._tag === 'Decided' ? T.of(each.fate) : fulfil(deps, each))
  return pipe(
    RA.makeBy(lanes, (lane) => wishes.filter((_, at) => at % lanes === lane)),
    T.traverseArray((lane) => T.traverseSeqArray(one)(lane)),
    T.map(RA.flatten),
  )
}

/** Whether such a key is in the scope is not known, so it is named. */
const unread = ([name, problem]: readonly [KeyName, string]): Wish => ({ _tag: 'Decided', fate: outstanding(name, problem) })

const reportOf = (fates: ReadonlyArray<Fate>): PanicReport => {
  const named = (tag: Fate['_tag']): ReadonlyArray<string> =>
    fates.flatMap((fate) => (fate._tag === tag ? [fate.name] : [])).sort()
  return {
    contained: named('Contained'),
    unchanged: named('Unchanged'),
    outstanding: fates
      .flatMap((fate) => (fate._tag === 'Outstanding' ? [{ name: fate.name, reason: fate.reason }] : []))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** Contains every key of the scope, a few at a time. A failure of one key stops no other. */
export const panic = (deps: Deps, scope: PanicScope): TE.TaskEither<VaultError, PanicReport> =>
  pipe(
    loadKnownKeys(deps),
    TE.flatMapTask(({ states, unreadable }) =>
      pipe(
        [...states].flatMap(([name, state]) => (inScope(state, scope) ? [name] : [])),
        T.traverseSeqArray((name: KeyName) => wish(deps, name)),
        T.map((wishes): ReadonlyArray<Wish> => [...wishes, ...[...unreadable].map(unread)]),
      ),
    ),
    TE.flatMapTask((wishes) => inLanes(deps, wishes)),
    TE.map(reportOf),
  )
