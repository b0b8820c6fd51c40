import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { Step } from '../../domain/key/step.js'
import type { Witnesses } from '../../domain/key/proof.js'
import type { KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import { type Instant, plus } from '../../domain/shared/instant.js'
import type { Deps } from '../deps.js'
import type { Loaded } from '../key-store.js'
import type { KnownKeys } from '../load-keys.js'
import type { SealedSecret } from '../ports/event-log.js'
import type { KeyListing } from '../ports/open-router-client.js'
import type { RemoteError } from '../ports/remote-error.js'
import { keySecretRef } from '../secret-refs.js'
import { type AccountView, pinnedStill, type TakenView, takeView, type ViewSource } from './account-view.js'
import { readFailure, unrecorded } from './look.js'
import { isFromAnotherClock, waitToSettle } from '../settled-date.js'
import { type Progress, recorded, recordOutcome } from './progress.js'

type Prove = Extract<Step, { readonly _tag: 'Prove' }>

/** A key that ought to answer 200, and by what right. */
interface Canary {
  readonly hash: KeyHash
  readonly as: 'held-key' | 'listed-key'
}

const mostCanaries = 4

/** The keys that ought to be listed beside this one; `sure`: and there are no others, in a stream that cannot be read. */
interface Expected {
  readonly held: ReadonlySet<KeyHash>
  readonly sure: boolean
}

const expectedKeys = ({ states, unreadable }: KnownKeys, hash: KeyHash): Expected => ({
  sure: unreadable.size === 0,
  held: new Set(
    [...states.values()].flatMap(({ stage }) =>
      stage._tag === 'Held' && stage.key.hash !== hash && stage.key.remote._tag !== 'Absent' ? [stage.key.hash] : [],
    ),
  ),
})

/** Listed keys, held ones first: a backend that lists a key and answers for it is one where a 404 means something. */
const canariesOf = (held: ReadonlySet<KeyHash>, listing: KeyListing, hash: KeyHash): ReadonlyArray<Canary> => {
  const listed = listing.keys.map((key) => key.hash).filter((each) => each !== hash)
  const own = listed.filter((each) => held.has(each)).map((each): Canary => ({ hash: each, as: 'held-key' }))
  const others = listed.filter((each) => !held.has(each)).map((each): Canary => ({ hash: each, as: 'listed-key' }))
  return [...own, ...others].slice(0, mostCanaries)
}

/** Several are asked, since one may have gone since it was listed. */
const askCanaries = (deps: Deps, canaries: ReadonlyArray<Canary>): TE.TaskEither<RemoteError, Witnesses['canary']> => {
  const [first, ...rest] = canaries
  if (first === undefined) return TE.right('missing')
  return pipe(
    deps.client.verifyKeyStatus(first.hash),
    TE.flatMap((status) => (status === 'absent' ? askCanaries(deps, rest) : TE.right(first.as))),
  )
}

/** An empty listing where keys are held is a wrong backend's; where none is held, an earlier answer has to do. */
const witnessCanary = (
  deps: Deps,
  step: Prove,
  { held, sure }: Expected,
  listing: KeyListing,
): TE.TaskEither<RemoteError, Witnesses['canary']> => {
  const canaries = canariesOf(held, listing, step.hash)
  if (canaries.length > 0) return askCanaries(deps, canaries)
  if (held.size > 0 || !sure) return TE.right('missing')
  return TE.right(step.seen ? 'earlier-read' : 'none')
}

type SecretWitness = Witnesses['secret']

const askWith = (deps: Deps, sealed: SealedSecret): T.Task<SecretWitness> =>
  pipe(
    deps.sealer.open(sealed),
    TE.matchE(
      () => T.of<SecretWitness>('unknown'),
      (secret) => TE.match((): SecretWitness => 'unknown', (answer: SecretWitness) => answer)(deps.client.trySecret(secret)),
    ),
  )

/** What the secret itself says, where one is held and opens. */
const trySecret = (deps: Deps, name: KeyName, step: Prove): T.Task<SecretWitness> => {
  if (step.lineage === null) return T.of('not-held')
  return pipe(
    deps.log.sealed(keySecretRef(name, { lineage: step.lineage, generation: step.generation })),
    TE.matchE(
      () => T.of<SecretWitness>('unknown'),
      (sealed) => (sealed === null ? T.of<SecretWitness>('not-held') : askWith(deps, sealed)),
    ),
  )
}

const listingSays = (listing: KeyListing, hash: KeyHash): Witnesses['listing'] => {
  if (listing.keys.some((key) => key.hash === hash)) return 'has-it'
  return listing.complete ? 'lacks-it' : 'partial'
}

const gather = (
  deps: Deps,
  name: KeyName,
  step: Prove,
  { known, pinned, listing }: AccountView,
): TE.TaskEither<RemoteError, Witnesses> =>
  pipe(
    TE.Do,
    TE.bind('status', () => deps.client.verifyKeyStatus(step.hash)),
    TE.bind('canary', () => witnessCanary(deps, step, expectedKeys(known, step.hash), listing)),
    TE.bind('secret', () => TE.fromTask(trySecret(deps, name, step))),
    TE.map(
      ({ status, canary, secret }): Witnesses => ({
        account: pinned,
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
  message: 'the key is not seen any more, but no other key answers that would show that this means anything',
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

/** Until then a read may show the time before the key's last sign of life, so that it is not there means nothing; null: now. */
export const provableFrom = (deps: Pick<Deps, 'clock' | 'timing'>, step: Prove): Instant | null => {
  const from = step.aliveAt === null ? null : plus(step.aliveAt, deps.timing.settle)
  return from !== null && deps.clock.now() < from ? from : null
}

const proveBy = (deps: Deps, name: KeyName, loaded: Loaded, step: Prove, taken: TakenView): T.Task<Progress> =>
  isLeft(taken)
    ? T.of(taken.left)
    : pipe(
        gather(deps, name, step, taken.right),
        TE.matchE(
          (error) => T.of(readFailure(error)),
          (witnesses) => conclude(deps, name, loaded, step.hash, witnesses),
        ),
      )

const proveNow = (deps: Deps, name: KeyName, loaded: Loaded, step: Prove): T.Task<Progress> =>
  pipe(
    takeView(deps),
    T.flatMap((taken) => proveBy(deps, name, loaded, step, taken)),
  )

/** Gathers every witness of a key's end and records what they prove. */
export const performProve = (deps: Deps, name: KeyName, loaded: Loaded, step: Prove, source: ViewSource): T.Task<Progress> => {
  if (source._tag === 'Shared' && source.version === loaded.version && source.hash === step.hash)
    return pipe(
      isLeft(source.view) ? T.of(source.view) : pinnedStill(deps, source.view.right),
      T.flatMap((taken) => proveBy(deps, name, loaded, step, taken)),
    )
  const from = provableFrom(deps, step)
  if (from === null) return proveNow(deps, name, loaded, step)
  if (!isFromAnotherClock(deps, from)) return T.of({ _tag: 'NotYet', at: from })
  return pipe(
    waitToSettle(deps),
    T.flatMap(() => proveNow(deps, name, loaded, step)),
  )
}
