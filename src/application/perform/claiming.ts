import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import { fold } from '../../domain/decider.js'
import type { KeyCommand } from '../../domain/key/command.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { type Instant, type Millis, plus } from '../../domain/shared/instant.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import type { Loaded } from '../key-store.js'
import { overtaken, type Progress, record } from './progress.js'

/** The right to send, once: only the process whose claim is in the log holds it. */
export interface Token {
  readonly loaded: Loaded
  readonly events: ReadonlyNonEmptyArray<KeyEvent>
  /** Monotonic time after which nothing may be sent any more. */
  readonly sendBefore: Millis
}

type Claimed =
  | { readonly _tag: 'Mine'; readonly token: Token }
  | { readonly _tag: 'Overtaken' }
  | { readonly _tag: 'LogFailed'; readonly error: VaultError }

/**
 * Appends a claim and hands out its token. The claim outlives the last request that may be sent under it, so that nobody
 * believes it over while one may still be answered.
 */
const claim = (
  deps: Deps,
  name: KeyName,
  loaded: Loaded,
  commandUntil: (until: Instant, at: Instant) => KeyCommand,
): T.Task<Claimed> => {
  const { timing, clock } = deps
  const length = (timing.request + timing.claimMargin) as Millis
  const at = clock.now()
  const sendBefore = (clock.monotonic() + length - timing.request) as Millis
  const command = commandUntil(plus(at, length), at)
  return pipe(
    record(deps, name, loaded, command),
    T.map((answer): Claimed => {
      if (isLeft(answer)) {
        const problem = answer.left
        if (problem._tag === 'LogUnavailable') return { _tag: 'LogFailed', error: unavailable(problem) }
        return { _tag: 'Overtaken' }
      }
      const [first, ...rest] = answer.right
      if (first === undefined) return { _tag: 'Overtaken' }
      const state = fold(deps.protocol.decider, loaded.state, answer.right)
      const version = loaded.version + answer.right.length
      return { _tag: 'Mine', token: { loaded: { state, version }, events: [first, ...rest], sendBefore } }
    }),
  )
}

/** Whether the claim's time to send is still running: checked just before each request. */
export const maySend = (deps: Pick<Deps, 'clock'>, token: Token): boolean => deps.clock.monotonic() < token.sendBefore

/** Claims, and goes on only as the holder of the token. */
export const underClaim = (
  deps: Deps,
  name: KeyName,
  loaded: Loaded,
  commandUntil: (until: Instant, at: Instant) => KeyCommand,
  then: (token: Token) => T.Task<Progress>,
): T.Task<Progress> =>
  pipe(
    claim(deps, name, loaded, commandUntil),
    T.flatMap((claimed) => {
      switch (claimed._tag) {
        case 'Mine':
          return then(claimed.token)
        case 'Overtaken':
          return T.of(overtaken)
        case 'LogFailed':
          return T.of<Progress>({ _tag: 'Unrecorded', error: claimed.error, events: [] })
      }
    }),
  )
