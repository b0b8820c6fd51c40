import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { Surroundings } from './load-settings.js'
import { type Found, findOldVault, type Readers } from './old-vault.js'

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')

const failed = (what: string) => (error: unknown): VaultError => ({
  _tag: 'VaultUnavailable',
  reason: 'io',
  message: `${what} (${codeOf(error)})`,
})

/** When it was, for the name of what is set aside. */
const stampOf = (at: Instant): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')

/** Renames a folder or a file and gives its new name. Nothing in it is changed. */
const setAside = (path: string, at: Instant): TE.TaskEither<VaultError, string> => {
  const aside = `${path}.old-${stampOf(at)}`
  return pipe(
    TE.tryCatch(() => rename(path, aside), failed(`${path} could not be renamed to ${aside}`)),
    TE.map(() => aside),
  )
}

/** Undoes `setAside`. Where a new vault has taken the name meanwhile, the error says where the old one is. */
const putBack = (aside: string, home: string): TE.TaskEither<VaultError, void> =>
  TE.tryCatch(() => rename(aside, home), failed(`the vault is in ${aside} and could not be put back to ${home}`))

/** The settings of the old vault go on for the new one. */
export const takeSettingsOver = (aside: string, home: string): TE.TaskEither<VaultError, void> =>
  pipe(
    TE.tryCatch(() => copyFile(join(aside, 'config.yaml'), join(home, 'config.yaml')), codeOf),
    TE.orElse((code) =>
      code === 'ENOENT' ? TE.right(undefined) : TE.left(failed('config.yaml could not be copied')(new Error(code))),
    ),
  )

/**
 * A head file in a place of its own remembers the old vault, and would keep the new one from having a head at all. One that
 * is beside the vault key bears its vault's name and stays.
 */
const setHeadAside = ({ settings }: Surroundings, at: Instant): TE.TaskEither<VaultError, void> => {
  const head = settings.headFile.value
  if (head === null) return TE.right(undefined)
  const aside = `${head}.old-${stampOf(at)}`
  return TE.tryCatch(async () => {
    try {
      await rename(head, aside)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }, failed(`${head} could not be renamed to ${aside}`))
}

/** What may be given up without losing a key that can spend. */
export interface Waiver {
  readonly forceNew: boolean
  readonly leaveKeysAlive: boolean
}

/** Whether a vault may be made where this was found. */
export const mayBegin = (found: Found, place: string, { forceNew, leaveKeysAlive }: Waiver): TE.TaskEither<VaultError, void> => {
  if (found._tag !== 'Vault') return TE.right(undefined)
  if (!forceNew) return TE.left(found.damage ?? { _tag: 'VaultExists', place })
  if (leaveKeysAlive) return TE.right(undefined)
  if (found.damage !== null) return TE.left(found.damage)
  return found.keys.length > 0 ? TE.left({ _tag: 'KeysHeld', count: found.keys.length, keys: found.keys }) : TE.right(undefined)
}

const at = (around: Surroundings, home: string): Surroundings => ({
  ...around,
  settings: { ...around.settings, home: { ...around.settings.home, value: home } },
})

/** Where an old vault went, and what was in it then. */
export interface Moved {
  readonly aside: string
  readonly found: Found
}

/**
 * Renames the old vault, then looks once more: while OpenRouter was asked, somebody may have added a key. Under the new name
 * nobody finds it any more, so what the second look sees stays true; a vault with a key in it is put back, unless its keys
 * may be left alive.
 */
export const moveAside = (readers: Readers, around: Surroundings, waiver: Waiver, now: Instant): TE.TaskEither<VaultError, Moved> => {
  const home = around.settings.home.value
  return pipe(
    setAside(home, now),
    TE.bindTo('aside'),
    TE.bind('found', ({ aside }) =>
      pipe(
        findOldVault(readers, at(around, aside)),
        TE.tap((found) => mayBegin(found, home, waiver)),
        TE.tap(() => setHeadAside(around, now)),
        TE.orElse((error) => TE.flatMap(() => TE.left<VaultError, Found>(error))(putBack(aside, home))),
      ),
    ),
  )
}
