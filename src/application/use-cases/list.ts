import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AlertPolicy } from '../../domain/alerts/policy.js'
import type { HeldKey, KeyState } from '../../domain/key/state.js'
import { heldKey, incarnationOf } from '../../domain/key/view.js'
import type { KeyName, Lineage } from '../../domain/shared/identifiers.js'
import { toDollars } from '../../domain/shared/picodollars.js'
import type { SpendState } from '../../domain/spend/spend-state.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import { loadKnownKeys } from '../load-keys.js'
import type { KeyInFull, KeyView } from '../reports.js'
import type { ListOptions } from '../vault.js'
import { viewKey, viewUnreadable } from '../view-key.js'
import { isWatched } from '../watcher-heartbeat.js'
import { history } from './history.js'
import { knownSpending } from './record-readings.js'
import { factsOf, usageView } from './usage-report.js'

const matches = (view: KeyView, options: ListOptions): boolean => {
  const { all, state, tag } = options
  if (view.state === 'removed' && all !== true && state !== 'removed') return false
  if (state !== undefined && view.state !== state) return false
  return tag === undefined || view.tags[tag.key] === tag.value
}

interface Viewed {
  readonly view: KeyView
  readonly state: KeyState
}

/** The views with what is recorded of the spending. */
const withUsage = (deps: LocalDeps, chosen: ReadonlyArray<Viewed>): TE.TaskEither<VaultError, ReadonlyArray<KeyView>> => {
  const lineageIn = ({ stage }: KeyState) => incarnationOf(stage)?.lineage
  return pipe(
    knownSpending(
      deps,
      chosen.flatMap(({ state }) => lineageIn(state) ?? []),
    ),
    // Damage to what was spent must not hide the keys: then it is unknown.
    TE.orElse(() => TE.right<VaultError, ReadonlyMap<Lineage, SpendState>>(new Map())),
    TE.map((spending) =>
      chosen.map(({ view, state }) => {
        const lineage = lineageIn(state)
        const known = lineage === undefined ? null : (spending.get(lineage) ?? null)
        return { ...view, usage: usageView(factsOf(state, known, null, deps.clock.now())) }
      }),
    ),
  )
}

const viewed = (name: KeyName, state: KeyState, watched: boolean, policy: AlertPolicy): ReadonlyArray<Viewed> => {
  const view = viewKey(name, state, watched, policy)
  return view === null ? [] : [{ view, state }]
}

/** Every name that is asked for; when each is to be replaced is told by this policy. */
export const list = (deps: LocalDeps, options: ListOptions, policy: AlertPolicy): TE.TaskEither<VaultError, ReadonlyArray<KeyView>> =>
  pipe(
    TE.Do,
    TE.bind('known', () => loadKnownKeys(deps)),
    TE.bind('watched', () => isWatched(deps)),
    TE.map(({ known: { states, unreadable }, watched }) => ({
      views: [...states].flatMap(([name, state]) => viewed(name, state, watched, policy)).filter(({ view }) => matches(view, options)),
      unreadable,
    })),
    TE.flatMap(({ views, unreadable }) =>
      pipe(
        withUsage(deps, views),
        // What was asked for may be among them, whatever it was.
        TE.map((shown) => [...shown, ...[...unreadable.keys()].map(viewUnreadable)]),
      ),
    ),
  )

const keptView = (held: HeldKey | null): KeyInFull['keptLimit'] => {
  const kept = held?.kept ?? null
  return kept === null ? null : { amount: kept.limit === null ? null : toDollars(kept.limit), window: kept.reset }
}

const lastFew = 10

/** One name in full; its last incarnation if it was removed. */
export const show = (deps: LocalDeps, name: KeyName, policy: AlertPolicy): TE.TaskEither<VaultError, KeyInFull> =>
  pipe(
    TE.Do,
    TE.bind('loaded', () => loadKey(deps, name)),
    TE.bind('watched', () => isWatched(deps)),
    TE.bind('views', ({ loaded, watched }) => withUsage(deps, viewed(name, loaded.state, watched, policy))),
    TE.bind('events', () => history(deps, { name, since: null, after: 0 })),
    TE.flatMap(({ loaded, views, events }) => {
      const [view] = views
      if (view === undefined) return TE.left<VaultError, KeyInFull>({ _tag: 'KeyNotFound', name })
      const held = heldKey(loaded.state.stage)
      return TE.right<VaultError, KeyInFull>({
        ...view,
        secretHeld: held?.secretHeld ?? false,
        keptLimit: keptView(held),
        residual: held === null ? 0 : toDollars(held.floor),
        watchedAttempts: loaded.state.watched.length,
        lastEvents: events.slice(-lastFew),
      })
    }),
  )
