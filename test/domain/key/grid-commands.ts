import type { ChangeResult, CreationResult } from '../../../src/domain/key/command.js'
import type { RemotePolicy } from '../../../src/domain/key/remote-policy.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { wantedPolicy } from '../../../src/domain/key/wanted.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import {
  add,
  adopt,
  after,
  alive,
  attempt,
  attemptOf,
  birthPolicy,
  cause,
  change,
  changeLimits,
  changeSchedule,
  changeTags,
  takeSecret,
  condemn,
  contain,
  containedPolicy,
  creation,
  dollars,
  enabledPolicy,
  foreignHash,
  foreignPolicy,
  forced,
  giveUp,
  gone,
  hash,
  hashOf,
  inconclusive,
  intend,
  keptDifferently,
  leaked,
  leaveAlive,
  lift,
  look,
  nonce,
  now,
  observe,
  otherOwner,
  passing,
  prove,
  read,
  refused,
  remove,
  retryNow,
  shred,
  type Turn,
} from '../../support/key-story.js'

const wanted = (state: KeyState): RemotePolicy => wantedPolicy(state.stage) ?? containedPolicy

const changes = (state: KeyState): Readonly<Record<string, ChangeResult>> => ({
  Applied: { _tag: 'Applied', policy: wanted(state) },
  Deleted: { _tag: 'Deleted', answer: 'deleted' },
  Absent: { _tag: 'Absent' },
  Failed: { _tag: 'Failed', cause: passing },
  'Refused 403': { _tag: 'Refused', cause: refused },
  'Refused kept differently': { _tag: 'Refused', cause: keptDifferently },
  Unknown: { _tag: 'Unknown', cause: passing },
})

const creations: Readonly<Record<string, CreationResult>> = {
  Created: { _tag: 'Created', hash: hash(77), label: 'label', policy: birthPolicy },
  'Failed unreachable': { _tag: 'Failed', cause: passing },
  'Failed 403': { _tag: 'Failed', cause: refused },
  'Failed 400': { _tag: 'Failed', cause: cause('refused', 400) },
  Unknown: { _tag: 'Unknown', cause: passing, settleUntil: after },
  Unsealable: { _tag: 'Unsealable', hash: hash(77), cause: cause('unsealable') },
}

/** The hash that a proof may be about now: the stage's, or that of the first stray. */
const destroyed = (state: KeyState): ReturnType<typeof hashOf> => {
  const stray = state.strays[0]
  return stray?.phase === 'prove' ? stray.hash : hashOf(state)
}

/** A report under the attempt in flight; `null` where none is. */
const underClaim = (turn: Turn): ((state: KeyState, at: Instant) => ReturnType<Turn> | null) => (state, at) =>
  state.claim === null ? null : turn(state, at)

const underIntent = (turn: Turn): ((state: KeyState, at: Instant) => ReturnType<Turn> | null) => (state, at) =>
  state.stage._tag === 'Creating' || state.stage._tag === 'CreateUnknown' ? turn(state, at) : null

const closed =
  (turn: Turn): Turn =>
  (state, at) => {
    const command = turn(state, at)
    return 'attempt' in command ? { ...command, attempt: attempt(98) } : command
  }

const withResult =
  (word: string): Turn =>
  (state, at) => {
    const result = changes(state)[word]
    if (result === undefined) throw new Error(`no result is called ${word}`)
    return change(result)(state, at)
  }

const changeWords = Object.keys(changes({ stage: { _tag: 'Vacant' } } as KeyState))

const claiming: Turn = (state, at) => ({
  _tag: 'Claim',
  attempt: attempt(60),
  effect: 'contain',
  hash: hashOf(state),
  owner: otherOwner,
  until: after,
  at,
})

const expiring =
  (at: Instant, ownerGone = false): Turn =>
  (state) => ({
    _tag: 'ExpireClaim',
    attempt: attemptOf(state),
    ownerGone,
    settleUntil: after,
    at,
  })

const lateKey = (state: KeyState, at: Instant): ReturnType<Turn> => ({
  _tag: 'RecordCreation',
  attempt: attempt(98),
  nonce: nonce(98),
  result: { _tag: 'Created', hash: hashOf(state), label: 'label', policy: birthPolicy },
  at,
})

/** A command, what about it makes a difference, and how it is made. */
type Column = readonly [string, string, (state: KeyState, at: Instant) => ReturnType<Turn> | null]

/** Every command, with every variant of what it brings that makes a difference. `null` where the variant has no meaning. */
export const columns: ReadonlyArray<Column> = [
  ['Add', '', add],
  ['Adopt', 'enabled', adopt()],
  ['Adopt', 'disabled, without its secret', adopt({ ...enabledPolicy, disabled: true }, false)],
  ['Adopt', 'with a schedule', adopt({ ...enabledPolicy, reset: null }, true, { after: 'never', byWatcher: true })],
  ['Contain', '', contain],
  ['Lift', '', lift],
  ['ChangeLimits', 'lower', changeLimits({ monthly: dollars(5) })],
  ['ChangeLimits', 'thresholds alone', changeLimits({ alertThresholds: [0.5] })],
  ['ChangeLimits', 'a day above the month', changeLimits({ daily: dollars(999), monthly: dollars(5) })],
  ['TakeSecret', '', takeSecret],
  ['ChangeTags', '', changeTags({ team: 'web' })],
  ['ChangeSchedule', '', changeSchedule({ after: 'never' })],
  ['Remove', 'plain', remove()],
  ['Remove', 'leaked', remove(leaked)],
  ['Remove', 'forced', remove(forced)],
  ['LeaveAlive', '', leaveAlive],
  ['IntendCreation', '', intend],
  ['Claim', '', claiming],
  ['ExpireClaim', 'early', expiring(now)],
  ['ExpireClaim', 'early, its owner gone', expiring(now, true)],
  ['ExpireClaim', 'late', expiring(after)],
  ...Object.entries(creations).map(([word, result]): Column => ['RecordCreation', word, underIntent(creation(result))]),
  ...Object.entries(creations).map(([word, result]): Column => ['late RecordCreation', word, closed(creation(result))]),
  ['late RecordCreation', 'Created, the very key', lateKey],
  ['RecordLook', 'found', look([hash(77)])],
  ['RecordLook', 'none, early', look([], now)],
  ['RecordLook', 'none, late', look([], after)],
  ['RecordLook', 'of another attempt', closed(look([hash(77)]))],
  ...changeWords.map((word): Column => ['RecordChange', word, underClaim(withResult(word))]),
  ...changeWords.map((word): Column => ['late RecordChange', word, closed(withResult(word))]),
  ['RecordRead', 'as wanted', (state, at) => read(wanted(state))(state, at)],
  ['RecordRead', 'as wanted, late', (state) => read(wanted(state))(state, after)],
  ['RecordRead', 'contained', read(containedPolicy)],
  ['RecordRead', 'otherwise', read(foreignPolicy)],
  ['RecordRead', 'absent', read(null)],
  ['RecordRead', 'of another key', (_state, at) => ({ _tag: 'RecordRead', hash: hash(88), policy: null, asOf: at, at })],
  ['RecordProof', 'Gone', (state, at) => prove(gone, destroyed(state))(state, at)],
  ['RecordProof', 'Alive', (state, at) => prove(alive, destroyed(state))(state, at)],
  ['RecordProof', 'Inconclusive', (state, at) => prove(inconclusive, destroyed(state))(state, at)],
  ['RecordShred', '', shred],
  ['GiveUp', 'unread', giveUp(passing, 'unread')],
  ['GiveUp', 'unread, at the date', giveUp(passing, 'unread', after)],
  ['GiveUp', 'unread, refused', giveUp(refused, 'unread')],
  ['GiveUp', 'seen as wanted before', (state, at) => giveUp(passing, unremoved(state))(state, at)],
  ['GiveUp', 'seen contained', giveUp(passing, containedPolicy)],
  ['GiveUp', 'seen otherwise', giveUp(passing, foreignPolicy)],
  ['GiveUp', 'seen gone', giveUp(passing, null)],
  ['Observe', 'as wanted', (state, at) => observe(wanted(state))(state, at)],
  ['Observe', 'otherwise', observe(foreignPolicy)],
  ['Observe', 'absent', observe(null)],
  ['Observe', 'the first key, alive', observe(foreignPolicy, hash(1))],
  ['Condemn', 'the very key', (state, at) => condemn(hashOf(state))(state, at)],
  ['Condemn', 'another key', condemn(foreignHash)],
  ['RetryNow', '', retryNow],
]

/** What was wanted of the key before its removal began. */
const unremoved = (state: KeyState): RemotePolicy =>
  wantedPolicy('key' in state.stage ? { _tag: 'Held', key: state.stage.key, change: null, stall: null } : state.stage) ??
  containedPolicy
