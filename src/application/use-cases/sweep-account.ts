import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyState } from '../../domain/key/state.js'
import type { Finding } from '../../domain/key/sweep.js'
import { type KeyHash, keyName, type KeyName } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import { parseMarker } from '../../domain/shared/marker.js'
import { causeOf } from '../causes.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { type KnownKeys, loadKnownKeys } from '../load-keys.js'
import { checkPin } from '../pin.js'
import type { KeyListing } from '../ports/open-router-client.js'
import { transact } from '../transact.js'
import { observe, observeMissing } from './observe.js'
import { undoneError } from './outcome.js'

export type States = ReadonlyMap<KeyName, KeyState>

/** What the sweep saw, and the facts that it recorded. */
export interface Swept {
  readonly states: States
  /** When it looked, and the listing that it looked at. */
  readonly at: Instant
  readonly listing: KeyListing
  /** Names in whose streams a newer version wrote, and what that says. */
  readonly unreadable: KnownKeys['unreadable']
  readonly findings: ReadonlyArray<Finding>
  readonly events: ReadonlyMap<KeyName, ReadonlyArray<KeyEvent>>
  /** Keys that could not be read: one of them must not keep the others from being settled. */
  readonly problems: ReadonlyMap<KeyName, string>
}

/** The name that a marked key was made for; it may be held in a stream that cannot be read. */
const bornAs = (remoteName: string): KeyName => (parseMarker(remoteName)?.name ?? '') as KeyName

/** Listing first, log second: an intent is in the log before its key can be listed, so no key of ours looks foreign. */
export const look = (
  deps: Deps,
): TE.TaskEither<VaultError, KnownKeys & { readonly at: Instant; readonly listing: KeyListing; readonly findings: ReadonlyArray<Finding> }> =>
  pipe(
    checkPin(deps.client, deps.pin),
    TE.matchE(
      (error) => undoneError(deps, causeOf(error)),
      (check) => (check.pinned ? TE.right(check) : TE.left<VaultError>({ _tag: 'WrongAccount' })),
    ),
    TE.map(() => deps.clock.now()),
    TE.bindTo('at'),
    TE.bind('listing', () =>
      pipe(
        deps.client.listKeys(),
        TE.matchE(
          (error): TE.TaskEither<VaultError, KeyListing> => undoneError(deps, causeOf(error)),
          (listing) => TE.right(listing),
        ),
      ),
    ),
    TE.bind('known', () => loadKnownKeys(deps)),
    TE.map(({ at, listing, known }) => ({
      at,
      listing,
      ...known,
      findings: deps.protocol
        .sweep(deps.vault, known.states, listing.keys)
        .filter((each) => each._tag !== 'Unheld' || !known.unreadable.has(bornAs(each.remoteName))),
    })),
  )

const condemn = (
  deps: Deps,
  finding: Extract<Finding, { readonly _tag: 'Orphan' }>,
): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  pipe(
    transact(deps, finding.name, () => ({
      _tag: 'Condemn',
      hash: finding.hash,
      origin: finding.origin,
      nonce: finding.nonce,
      at: deps.clock.now(),
    })),
    TE.map((done) => (done._tag === 'Done' ? done.events : [])),
  )

/** Where the end of a key is recorded whose name somebody changed to one that is none. */
const nameless = (hash: KeyHash): KeyName => `unheld-${hash.slice(0, 16)}` as KeyName

/** An unheld key that its owner points out is destroyed under the name that it bears. */
const condemnUnheld = (
  { findings, unreadable }: Pick<Swept, 'findings' | 'unreadable'>,
  wanted: KeyHash | null,
): TE.TaskEither<VaultError, ReadonlyArray<Finding>> => {
  if (wanted === null) return TE.right([])
  // Its owner may be a stream that cannot be read, whatever the key is called by now.
  const [problem] = unreadable.values()
  if (problem !== undefined) return TE.left({ _tag: 'VaultUnavailable', reason: 'newer-format', message: problem })
  const unheld = findings.find((finding) => finding._tag === 'Unheld' && finding.hash === wanted)
  const marker = unheld?._tag === 'Unheld' ? parseMarker(unheld.remoteName) : null
  if (marker === null)
    return TE.left({
      _tag: 'NotUnheld',
      hash: wanted,
      message: 'only a key that reconcile reports as unheld can be revoked this way',
    })
  const name = E.getOrElse(() => nameless(wanted))(keyName(marker.name))
  return TE.right([{ _tag: 'Orphan', name, hash: wanted, nonce: marker.nonce, origin: 'unheld' }])
}

/** Looks at the whole account and tells every stream what was seen of its keys. */
export const sweepAll = (deps: Deps, revoke: KeyHash | null): TE.TaskEither<VaultError, Swept> =>
  pipe(
    look(deps),
    TE.bindTo('seen'),
    TE.bind('extra', ({ seen }) => condemnUnheld(seen, revoke)),
    TE.flatMap(({ seen, extra }) => {
      const events = new Map<KeyName, ReadonlyArray<KeyEvent>>()
      const note = (name: KeyName, found: ReadonlyArray<KeyEvent>): void => {
        if (found.length > 0) events.set(name, [...(events.get(name) ?? []), ...found])
      }
      const problems = new Map<KeyName, string>()
      const tolerating = (
        name: KeyName,
        work: TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>>,
      ): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
        TE.orElse((error: VaultError): typeof work => {
          if (error._tag !== 'RemoteRefused' && error._tag !== 'RemoteUnavailable') return TE.left(error)
          problems.set(name, error.message)
          return TE.right([])
        })(work)
      const known = new Map(seen.listing.keys.map((key) => [key.hash, key.policy]))
      const one = (finding: Finding): TE.TaskEither<VaultError, void> => {
        if (finding._tag === 'Unheld') return TE.right(undefined)
        const work =
          finding._tag === 'Orphan' ? condemn(deps, finding) : observe(deps, seen.states, finding, known)
        return pipe(
          tolerating(finding.name, work),
          TE.map((found) => {
            note(finding.name, found)
          }),
        )
      }
      return pipe(
        TE.traverseSeqArray(one)([...seen.findings, ...extra]),
        TE.flatMap(() => observeMissing(deps, seen, seen.listing, tolerating)),
        TE.map((missing) => {
          for (const [name, found] of missing) note(name, found)
          return { states: seen.states, at: seen.at, listing: seen.listing, unreadable: seen.unreadable, findings: seen.findings, events, problems }
        }),
      )
    }),
  )
