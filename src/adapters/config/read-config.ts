import { readFileSync } from 'node:fs'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import { lazily } from '../../application/lazily.js'
import type { Yaml } from './config-document.js'
import { type FileSettings, noFileSettings } from './settings.js'

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'

const unreadable = (path: string, code: string): VaultError => ({
  _tag: 'VaultUnavailable',
  reason: code === 'EACCES' || code === 'EPERM' ? 'permission' : 'io',
  message: `${path} cannot be read (${code})`,
})

/** Read at once: it is small, and every command waits for it, where a thread would first have to start. */
const readNow = (path: string): TE.TaskEither<string, string> => () =>
  Promise.resolve(E.tryCatch(() => readFileSync(path, 'utf8'), codeOf))

/** The file's text; null where there is none. */
export const readText = (path: string): TE.TaskEither<VaultError, string | null> =>
  pipe(
    readNow(path),
    TE.orElse((code) =>
      code === 'ENOENT' || code === 'ENOTDIR' ? TE.right<VaultError, string | null>(null) : TE.left(unreadable(path, code)),
    ),
  )

/** yaml is loaded only where there is something to parse. */
export const loadYaml = (): TE.TaskEither<VaultError, Yaml> => TE.fromTask(() => import('yaml'))

/** `config.yaml`, checked; empty where there is none. */
export const readConfig = (path: string): TE.TaskEither<VaultError, FileSettings> =>
  pipe(
    readText(path),
    TE.flatMap((text) =>
      text === null
        ? TE.right(noFileSettings(path))
        : pipe(
            loadYaml(),
            TE.flatMap((yaml) =>
              lazily(() => import('./check-config.js'), ({ checkConfig, parseConfig }) => TE.fromEither(checkConfig(parseConfig(yaml, path, text)))),
            ),
          ),
    ),
  )
