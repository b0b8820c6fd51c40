import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type Secret, secret } from '../application/secret.js'
import { type CliError, usage } from './cli-error.js'

const because = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'EEXIST') return 'there is a file of that name already, and it is left as it is'
  return typeof code === 'string' && code !== '' ? code : 'it could not be written'
}

const write = (path: string, text: string): void => {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, `${text}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

const make = (path: string): TE.TaskEither<CliError, Secret> =>
  TE.tryCatch(
    () => {
      const text = `whsec_${randomBytes(32).toString('base64')}`
      write(path, text)
      return Promise.resolve(secret(text))
    },
    (error) => usage(`The signing key was not written to ${path}: ${because(error)}.`),
  )

const unchanged: ReadonlySet<string> = new Set(['InvalidInput', 'ChannelTaken', 'ChannelNotFound'])

/**
 * A new signing key as Standard Webhooks writes it, used at once, and in a new file that only its owner can read: the receiver needs it,
 * and nothing prints it. Where its use is refused, the file is taken away again.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const withNewKey = <A>(path: string, use: (key: Secret) => TE.TaskEither<CliError, A>): TE.TaskEither<CliError, A> =>
  pipe(
    make(path),
    TE.flatMap((key) =>
      pipe(
        use(key),
        TE.mapLeft((error) => {
          if (unchanged.has(error._tag)) rmSync(path, { force: true })
          return error
        }),
      ),
    ),
  )
