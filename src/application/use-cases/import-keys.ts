import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { noSchedule, patchSchedule, type Schedule } from '../../domain/key/schedule.js'
import type { KeySpec } from '../../domain/key/spec.js'
import type { KeyState } from '../../domain/key/state.js'
import { heldKey, incarnationOf, publicState } from '../../domain/key/view.js'
import { type KeyHash, keyHash, type KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadAllKeys } from '../load-keys.js'
import type { ForeignKey, ForeignVault } from '../ports/foreign-vault.js'
import type { ImportedKey, ImportReport } from '../transfer-reports.js'
import { type Secret, scrub } from '../secret.js'
import { limitsView } from '../view-key.js'
import { scheduleWords } from '../view-rotation.js'
import { adopt, atPin, detailsOf, freeName, type Holding, holdingOf, takeSecret } from './adopt.js'
import { adoptedNotes, takenNote } from './import-key.js'
import { parseTags } from './input.js'
import { parseSchedule } from './parse-schedule.js'

type Fate =
  | { readonly _tag: 'Imported' | 'Unchanged'; readonly key: ImportedKey }
  | { readonly _tag: 'Gone'; readonly from: string; readonly hash: string }
  | { readonly _tag: 'Failed'; readonly from: string; readonly reason: string }

const shown = (name: string): string => scrub(name, 120)

const reasonOf = (error: VaultError): string => {
  if ('message' in error) return error.message
  return error._tag === 'InvalidInput' ? error.rule : error._tag
}

const isFatal = (error: VaultError): boolean =>
  error._tag === 'VaultUnavailable' || error._tag === 'WrongAccount' || error._tag === 'NotManagementKey'

/** How a document calls each limit, and what is said of it. */
const stated = [
  ['monthlySpend', 'USD a month'],
  ['dailySpend', 'USD a day'],
  ['alertThreshold', 'of a limit as the first warning'],
] as const

const told = (amount: number | null): string => (amount === null ? 'none' : String(amount))

/** A document's limits are never applied: what is in force may have been changed with reason since it was written. */
const driftOf = ({ limits = {} }: ForeignKey, state: KeyState): ReadonlyArray<string> => {
  const inForce = limitsView(incarnationOf(state.stage)?.spec ?? null)
  return stated.flatMap(([field, unit]) => {
    const said = limits[field]
    return said === undefined || said === inForce[field] ? [] : [`the document says ${told(said)} ${unit}, in force is ${told(inForce[field])}`]
  })
}

const scheduleDrift = ({ schedule = {} }: ForeignKey, { stage }: KeyState): ReadonlyArray<string> => {
  const recorded = scheduleWords(incarnationOf(stage)?.schedule ?? noSchedule)
  return (['rotateAfter', 'rotate'] as const).flatMap((field) => {
    const said = schedule[field]
    return said === undefined || said === recorded[field] ? [] : [`the document says ${field} ${scrub(said, 20)}, recorded is ${recorded[field] ?? 'none'}`]
  })
}

const imported = (name: KeyName, key: ForeignKey, hash: string, state: KeyState, notes: ReadonlyArray<string>): ImportedKey => ({
  name,
  from: shown(key.name),
  hash,
  state: publicState(state) ?? 'removed',
  notes: [
    ...notes,
    ...(key.id === null || key.id === hash ? [] : ['the old vault had another identifier for it, which was not its own']),
    ...driftOf(key, state),
    ...scheduleDrift(key, state),
  ],
})

/** The tags that go with a key, and why they do not. */
const tagsOf = ({ tags = {} }: ForeignKey): { readonly tags: KeySpec['tags']; readonly notes: ReadonlyArray<string> } =>
  pipe(
    parseTags(tags),
    E.match(
      (error) => ({ tags: {}, notes: [`its tags were not taken: ${reasonOf(error)}`] }),
      (valid) => ({ tags: valid, notes: [] }),
    ),
  )

const failed = ({ name }: ForeignKey, reason: string): Fate => ({ _tag: 'Failed', from: shown(name), reason })

/** What is said of a key that is in the vault already, and that is as it should be. */
const here = (key: ForeignKey, { name, state, as }: Holding, hash: string): Fate =>
  as === 'given-up'
    ? failed(key, `${name} has given this key up, and it is being revoked; lean-vault get ${name} gives the one that works`)
    : { _tag: 'Unchanged', key: imported(name, key, hash, state, []) }

/** A key that is looked after without its secret gets it. */
const secretOfHeld = (deps: Deps, key: ForeignKey, held: Holding, hash: KeyHash, secret: Secret): TE.TaskEither<VaultError, Fate> => {
  const { name, state, as } = held
  const owned = heldKey(state.stage)
  if (as !== 'key' || owned === null || owned.secretHeld) return TE.right(here(key, held, hash))
  return pipe(
    takeSecret(deps, name, hash, secret),
    TE.map((): Fate => ({ _tag: 'Imported', key: imported(name, key, hash, state, [takenNote]) })),
  )
}

/** What a document says of when to replace a key; where that cannot be said here, the report shows what is recorded instead. */
const scheduleOf = ({ schedule = {} }: ForeignKey): Schedule => {
  const patch = parseSchedule(schedule)
  return E.isLeft(patch) ? noSchedule : patchSchedule(noSchedule, patch.right)
}

/** The states are read anew for each key, so that a name is never given twice. */
const importBySecret = (deps: Deps, key: ForeignKey, secret: Secret): TE.TaskEither<VaultError, Fate> => {
  const hash = deps.client.hashOf(secret)
  return pipe(
    loadAllKeys(deps),
    TE.flatMap((states): TE.TaskEither<VaultError, Fate> => {
      const held = holdingOf(states, hash)
      if (held !== null) return secretOfHeld(deps, key, held, hash, secret)
      const name = freeName(states, key.name)
      const { tags, notes } = tagsOf(key)
      return pipe(
        detailsOf(deps, hash),
        TE.flatMap((details) => adopt(deps, { name, details, secret, tags, schedule: scheduleOf(key) })),
        TE.map((advanced): Fate => ({
          _tag: 'Imported',
          key: imported(name, key, hash, advanced.state, [...adoptedNotes(advanced), ...notes]),
        })),
      )
    }),
  )
}

const withoutSecret = 'its secret is not told; reconcile --adopt <hash> looks after a key without it'

/** A key whose secret is not told is known by its hash, where it is here. */
const importByHash = (deps: Deps, key: ForeignKey): TE.TaskEither<VaultError, Fate> =>
  pipe(
    loadAllKeys(deps),
    TE.map((states) => {
      const hash = keyHash(key.id ?? '')
      const held = E.isRight(hash) ? holdingOf(states, hash.right) : null
      return held === null ? failed(key, withoutSecret) : here(key, held, key.id ?? '')
    }),
  )

const foreignSeal = 'it is sealed, and not by this vault as it is now: export it where it is from, with --with-secrets'

const importOne = (deps: Deps, key: ForeignKey): TE.TaskEither<VaultError, Fate> => {
  const { secret } = key
  const opened: TE.TaskEither<string, Secret | null> =
    secret !== null && 'bytes' in secret ? TE.mapLeft(() => foreignSeal)(deps.sealer.open(secret)) : TE.right(secret)
  return pipe(
    opened,
    TE.matchE(
      (reason): TE.TaskEither<VaultError, Fate> => TE.right(failed(key, reason)),
      (found) => (found === null ? importByHash(deps, key) : importBySecret(deps, key, found)),
    ),
    TE.orElse((error): TE.TaskEither<VaultError, Fate> => {
      if (isFatal(error)) return TE.left(error)
      return TE.right(
        error._tag === 'KeyNotAtOpenRouter' ? { _tag: 'Gone', from: shown(key.name), hash: error.hash } : failed(key, reasonOf(error)),
      )
    }),
  )
}

/**
 * Takes the keys of another tool's vault into this one, each with the limit and state that it has at OpenRouter. Repeatable: what
 * is here already is left as it is. A key that OpenRouter does not have is named and not taken.
 */
export const importVault = (deps: Deps, foreign: ForeignVault): TE.TaskEither<VaultError, ImportReport> =>
  pipe(
    atPin(deps),
    TE.flatMap(() => TE.traverseSeqArray((key: ForeignKey) => importOne(deps, key))(foreign.keys)),
    TE.map((fates) => ({
      imported: fates.flatMap((fate) => (fate._tag === 'Imported' ? [fate.key] : [])),
      unchanged: fates.flatMap((fate) => (fate._tag === 'Unchanged' ? [fate.key] : [])),
      gone: fates.flatMap((fate) => (fate._tag === 'Gone' ? [{ from: fate.from, hash: fate.hash }] : [])),
      failed: [
        ...fates.flatMap((fate) => (fate._tag === 'Failed' ? [{ from: fate.from, reason: fate.reason }] : [])),
        ...foreign.unreadable.map(({ name, reason }) => ({ from: name, reason })),
      ],
      hadManagementKey: foreign.hasManagementKey,
    })),
  )
