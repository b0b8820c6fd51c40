import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadAllKeys } from '../load-keys.js'
import type { ChangeReport } from '../reports.js'
import type { Advanced } from '../run.js'
import type { Secret } from '../secret.js'
import { adopt, atPin, detailsOf, type Holding, holdingOf, takeSecret } from './adopt.js'
import { changeReport, incomplete } from './outcome.js'

const disabledNote = 'it is disabled at OpenRouter, so it is suspended here; resume puts it to work'

/** What is said of a key that was taken in. */
export const adoptedNotes = ({ state: { stage } }: Advanced): ReadonlyArray<string> =>
  stage._tag === 'Held' && stage.key.reasons.length > 0 ? [disabledNote] : []

const conclude = (name: KeyName, advanced: Advanced): ChangeReport =>
  advanced.stop._tag === 'Settled'
    ? changeReport(name, 'added', advanced, { remote: 'live', notes: adoptedNotes(advanced) })
    : incomplete(name, advanced, { remote: 'live', notes: adoptedNotes(advanced) })

/** What is said of a key that has got its secret. */
export const takenNote = 'its secret is here from now on'

/** A key that is in the vault: its secret is taken where it was missing, and nothing else is changed. */
const importHeld = (deps: Deps, { name, state, as }: Holding, asked: KeyName, hash: KeyHash, secret: Secret): TE.TaskEither<VaultError, ChangeReport> => {
  if (name !== asked || as !== 'key' || state.stage._tag !== 'Held') return TE.left({ _tag: 'KeyHeldAlready', name, hash })
  return pipe(
    takeSecret(deps, name, hash, secret),
    TE.map((events) =>
      events.length === 0
        ? changeReport(name, 'unchanged', { state, events }, { remote: 'live' })
        : changeReport(name, 'updated', { state, events }, { remote: 'live', notes: [takenNote] }),
    ),
  )
}

/**
 * Takes one key into the vault by its secret, or the secret alone where the key is looked after without it. Repeatable: a key
 * that is here under this name with its secret is `unchanged`.
 */
export const importKey = (deps: Deps, name: KeyName, secret: Secret): TE.TaskEither<VaultError, ChangeReport> => {
  const hash = deps.client.hashOf(secret)
  return pipe(
    loadAllKeys(deps),
    TE.flatMap((states) => {
      const held = holdingOf(states, hash)
      if (held !== null) return importHeld(deps, held, name, hash, secret)
      return pipe(
        atPin(deps),
        TE.flatMap(() => detailsOf(deps, hash)),
        TE.flatMap((details) => adopt(deps, { name, details, secret })),
        TE.map((advanced) => conclude(name, advanced)),
      )
    }),
  )
}
