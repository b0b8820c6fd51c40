import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import { closestOf } from '../../application/closest.js'
import { type AlertEdit, applyAlertEdit } from './alert-edit.js'
import { fromDigits } from './find-setting.js'
import type { ConfigDocument } from './config-document.js'
import { checkConfig, parseConfig } from './check-config.js'
import { loadYaml, readText } from './read-config.js'
import { fileCodecs, type FileKey, fileKeys, isFileKey } from './settings.js'

/** One setting to write into `config.yaml`. */
export interface Edit {
  readonly key: FileKey
  readonly value: string | number
}

const isDuration = (key: FileKey): boolean => key.endsWith('Ms')

/** Checks a setting's name and value as they come from a command line. */
export const parseEdit = (name: string, text: string): E.Either<VaultError, Edit> => {
  if (!isFileKey(name)) {
    const near = closestOf(name, fileKeys)
    const hint = near === null ? `settings are ${fileKeys.join(', ')}` : `did you mean ${near}?`
    return E.left(invalidInput({ field: 'setting', rule: `must be one that config.yaml may hold; ${hint}` }))
  }
  const value = isDuration(name) ? fromDigits(text) : text
  const codec = fileCodecs[name]
  return codec.is(value) ? E.right({ key: name, value }) : E.left(invalidInput({ field: name, rule: codec.name }))
}

/** Writes beside the file, syncs, and renames over it: a reader sees the old text or the new, never half. */
const replaceFile = async (path: string, text: string): Promise<void> => {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(beside, 'wx', 0o600)
  try {
    await file.writeFile(text, 'utf8')
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path).catch(async (error: unknown) => {
    await rm(beside, { force: true })
    throw error
  })
}

const unwritable = (path: string, error: unknown): VaultError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const reasons: Readonly<Record<string, 'permission' | 'full' | 'read-only'>> = {
    EACCES: 'permission',
    EPERM: 'permission',
    ENOSPC: 'full',
    EDQUOT: 'full',
    EROFS: 'read-only',
  }
  return { _tag: 'VaultUnavailable', reason: reasons[code] ?? 'io', message: `${path} cannot be written (${code})` }
}

const edited = (config: ConfigDocument, { key, value }: Edit): string => {
  const { document, yaml } = config
  // A file with comments only has no map to set in; its comments stay in front of the new one.
  if (!yaml.isMap(document.contents)) document.contents = document.createNode({})
  document.set(key, value)
  return document.toString({ lineWidth: 0 })
}

/**
 * Changes `config.yaml` and keeps comments and order. A file that is not valid is refused as it stands, so that nobody believes a
 * setting in force that is not; and nothing is written that would not be valid.
 */
const rewrite = (path: string, change: (config: ConfigDocument) => string): TE.TaskEither<VaultError, void> =>
  pipe(
    readText(path),
    TE.bindTo('text'),
    TE.bind('yaml', () => loadYaml()),
    TE.bind('config', ({ text, yaml }) => TE.right(parseConfig(yaml, path, text ?? ''))),
    TE.tap(({ config }) => TE.fromEither(checkConfig(config))),
    TE.flatMap(({ yaml, config }) => {
      const next = change(config)
      return pipe(
        TE.fromEither(checkConfig(parseConfig(yaml, path, next))),
        TE.flatMap(() => TE.tryCatch(() => replaceFile(path, next), (error) => unwritable(path, error))),
      )
    }),
  )

/** Sets one value in `config.yaml`. */
export const setConfig = (path: string, edit: Edit): TE.TaskEither<VaultError, void> => rewrite(path, (config) => edited(config, edit))

/** Sets one value in the `alerts` section of `config.yaml`, or takes it away. */
export const setAlerts = (path: string, edit: AlertEdit): TE.TaskEither<VaultError, void> =>
  rewrite(path, (config) => {
    applyAlertEdit(config, edit)
    return config.document.toString({ lineWidth: 0 })
  })
