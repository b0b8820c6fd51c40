import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyState } from '../../domain/key/state.js'
import { publicState } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadAllKeys } from '../key-store.js'
import type { ForeignKey, ForeignVault } from '../ports/foreign-vault.js'
import type { ChangeReport, ImportedKey, ImportReport } from '../reports.js'
import type { Advanced } from '../run.js'
import { type Secret, scrub } from '../secret.js'
import { adopt, atPin, detailsOf, freeName, holderOf } from './adopt.js'
import { changeReport, incomplete } from './outcome.js'

const disabledNote = 'it is disabled at OpenRouter, so it is suspended here; resume puts it to work'

const notesOf = ({ state: { stage } }: Advanced): ReadonlyArray<string> =>
  stage._tag === 'Held' && stage.key.reasons.length > 0 ? [disabledNote] : []

const conclude = (name: KeyName, advanced: Advanced): ChangeReport =>
  advanced.stop._tag === 'Settled'
    ? changeReport(name, 'added', advanced, { remote: 'live', notes: notesOf(advanced) })
    : incomplete(name, advanced, { remote: 'live', notes: notesOf(advanced) })

/** Takes one key into the vault by its secret. Repeatable: a key that is here under this name already is `unchanged`. */
export const importKey = (deps: Deps, name: KeyName, secret: Secret): TE.TaskEither<VaultError, ChangeReport> => {
  const hash = deps.client.hashOf(secret)
  return pipe(
    loadAllKeys(deps),
    TE.flatMap((states) => {
      const holder = holderOf(states, hash)
      const state = states.get(name)
      if (holder === name && state?.stage._tag === 'Held' && state.stage.key.secretHeld)
        return TE.right(changeReport(name, 'unchanged', { state, events: [] }, { remote: 'live' }))
      if (holder !== null) return TE.left<VaultError>({ _tag: 'KeyHeldAlready', name: holder, hash })
      return pipe(
        atPin(deps),
        TE.flatMap(() => detailsOf(deps, hash)),
        TE.flatMap((details) => adopt(deps, { name, details, secret })),
        TE.map((advanced) => conclude(name, advanced)),
      )
    }),
  )
}

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

const imported = (name: KeyName, key: ForeignKey, hash: string, state: KeyState, notes: ReadonlyArray<string>): ImportedKey => ({
  name,
  from: shown(key.name),
  hash,
  state: publicState(state) ?? 'removed',
  notes: [
    ...notes,
    ...(key.id === null || key.id === hash ? [] : ['the old vault had another identifier for it, which was not its own']),
  ],
})

/** One key of another vault. The states are read anew for each, so that a name is never given twice. */
const importOne = (deps: Deps, key: ForeignKey): TE.TaskEither<VaultError, Fate> => {
  const hash = deps.client.hashOf(key.secret)
  return pipe(
    loadAllKeys(deps),
    TE.flatMap((states): TE.TaskEither<VaultError, Fate> => {
      const holder = holderOf(states, hash)
      const held = holder === null ? undefined : states.get(holder)
      if (holder !== null && held !== undefined)
        return TE.right({ _tag: 'Unchanged', key: imported(holder, key, hash, held, []) })
      const name = freeName(states, key.name)
      return pipe(
        detailsOf(deps, hash),
        TE.flatMap((details) => adopt(deps, { name, details, secret: key.secret })),
        TE.map((advanced): Fate => ({ _tag: 'Imported', key: imported(name, key, hash, advanced.state, notesOf(advanced)) })),
      )
    }),
    TE.orElse((error): TE.TaskEither<VaultError, Fate> => {
      if (isFatal(error)) return TE.left(error)
      const from = shown(key.name)
      return TE.right(error._tag === 'KeyNotAtOpenRouter' ? { _tag: 'Gone', from, hash } : { _tag: 'Failed', from, reason: reasonOf(error) })
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
