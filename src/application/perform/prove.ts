import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { Step } from '../../domain/key/next-step.js'
import type { Witnesses } from '../../domain/key/proof.js'
import type { KeyState } from '../../domain/key/state.js'
import type { KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import { type Loaded, loadAllKeys } from '../key-store.js'
import { checkPin } from '../pin.js'
import type { KeyListing } from '../ports/open-router-client.js'
import type { RemoteError } from '../ports/remote-error.js'
import { keySecretRef } from '../secret-refs.js'
import { readFailure, unrecorded } from './look.js'
import { type Progress, recorded, recordOutcome } from './progress.js'

type Prove = Extract<Step, { readonly _tag: 'Prove' }>

/** Other keys that ought to answer 200, and whether any is held that we believe absent. */
interface Canaries {
  readonly expected: ReadonlyArray<KeyHash>
  readonly missing: boolean
}

const canariesOf = (states: ReadonlyMap<KeyName, KeyState>, hash: KeyHash): Canaries => {
  const held = [...states.values()].flatMap(({ stage }) =>
    stage._tag === 'Held' && stage.key.hash !== hash ? [stage.key] : [],
  )
  return {
    expected: held.filter((key) => key.remote._tag !== 'Absent').map((key) => key.hash),
    missing: held.some((key) => key.remote._tag === 'Absent'),
  }
}

/** One held key that answers is enough: it shows that a 404 means something here. Several are asked, since one may be gone. */
const askCanaries = (
  deps: Deps,
  canaries: Canaries,
  seen: boolean,
): TE.TaskEither<RemoteError, Witnesses['canary']> => {
  const [first, ...rest] = canaries.expected
  if (first === undefined) {
    if (canaries.missing) return TE.right('none')
    return TE.right(seen ? 'earlier-read' : 'none')
  }
  return pipe(
    deps.client.verifyKeyStatus(first),
    TE.flatMap((status): TE.TaskEither<RemoteError, Witnesses['canary']> => {
      if (status !== 'absent') return TE.right('held-key')
      return rest.length === 0
        ? TE.right('missing')
        : askCanaries(deps, { ...canaries, expected: rest.slice(0, 4) }, seen)
    }),
  )
}

/** What the secret itself says, where one is held and opens. */
const trySecret = (deps: Deps, name: KeyName, step: Prove): T.Task<Witnesses['secret']> => {
  if (step.lineage === null) return T.of('not-held')
  return pipe(
    deps.log.sealed(keySecretRef(name, step.lineage)),
    TE.matchE(
      () => T.of<Witnesses['secret']>('unknown'),
      (sealed) => {
        if (sealed === null) return T.of<Witnesses['secret']>('not-held')
        return pipe(
          deps.sealer.open(sealed),
          TE.matchE(
            () => T.of<Witnesses['secret']>('unknown'),
            (secret) =>
              pipe(
                deps.client.trySecret(secret),
                T.map((answer): Witnesses['secret'] => (isRight(answer) ? answer.right : 'unknown')),
              ),
          ),
        )
      },
    ),
  )
}

const listingSays = (listing: KeyListing, hash: KeyHash): Witnesses['listing'] => {
  if (listing.keys.some((key) => key.hash === hash)) return 'has-it'
  return listing.complete ? 'lacks-it' : 'partial'
}

const gather = (deps: Deps, name: KeyName, step: Prove, canaries: Canaries): TE.TaskEither<RemoteError, Witnesses> =>
  pipe(
    TE.Do,
    TE.bind('account', () => checkPin(deps.client, deps.pin)),
    TE.bind('listing', () => deps.client.listKeys()),
    TE.bind('status', () => deps.client.verifyKeyStatus(step.hash)),
    TE.bind('canary', () => askCanaries(deps, canaries, step.seen)),
    TE.bind('secret', () => TE.fromTask(trySecret(deps, name, step))),
    TE.map(
      ({ account, listing, status, canary, secret }): Witnesses => ({
        account: account.pinned,
        listing: listingSays(listing, step.hash),
        byHash: status === 'absent' ? 'absent' : 'present',
        canary,
        secret,
      }),
    ),
  )

const notProven: Cause = {
  kind: 'not-proven',
  status: null,
  message: 'the key is not seen any more, but nothing shows that this is the right account',
}

const stillThere: Cause = { kind: 'not-proven', status: null, message: 'the key can still be seen' }

const conclude = (deps: Deps, name: KeyName, loaded: Loaded, hash: KeyHash, witnesses: Witnesses): T.Task<Progress> => {
  const verdict = deps.protocol.judge(witnesses)
  if (verdict._tag === 'Inconclusive') return T.of({ _tag: 'Again', cause: notProven, retryAfter: null })
  return pipe(
    recordOutcome(deps, name, loaded, { _tag: 'RecordProof', hash, verdict, at: deps.clock.now() }),
    TE.match(unrecorded, (events): Progress => recorded(events, verdict._tag === 'Alive' ? stillThere : null)),
  )
}

/** Gathers every witness of a key's end and records what they prove. */
export const performProve = (deps: Deps, name: KeyName, loaded: Loaded, step: Prove): T.Task<Progress> =>
  pipe(
    loadAllKeys(deps),
    T.flatMap((states): T.Task<Progress> => {
      if (isLeft(states)) return T.of(unrecorded(states.left))
      return pipe(
        gather(deps, name, step, canariesOf(states.right, step.hash)),
        TE.matchE(
          (error) => T.of(readFailure(error)),
          (witnesses) => conclude(deps, name, loaded, step.hash, witnesses),
        ),
      )
    }),
  )
