import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import type { ForeignKey, ForeignVault } from '../../application/ports/foreign-vault.js'
import { scrub } from '../../application/secret.js'
import { entryValue, noKeyInIt } from './entry-value.js'
import { readText } from './read-text.js'

const assignment = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]{0,255})\s*=(.*)$/
const naming = /^# key: ([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?: ([0-9a-f]{64}))?\s*$/

/** One value: in quotes, or up to a comment. Keys have no line ends and no escapes in them. */
const unquoted = (text: string): string => {
  const trimmed = text.trim()
  const quoted = /^(["'])([^"']*)\1(?:\s+#.*)?$/.exec(trimmed)
  return quoted?.[2] ?? trimmed.replace(/\s+#.*$/, '')
}

/** `MY_KEY` may have been `my-key`, of any of the names that give it. */
const nameFrom = (variable: string): string => variable.toLowerCase().replace(/^_+/, '').replace(/_/g, '-')

type Line = { readonly key: ForeignKey } | { readonly unreadable: ForeignVault['unreadable'][number] } | null

const readLine = (line: string, before: string, number: number): E.Either<number, Line> => {
  if (/^\s*(#.*)?$/.test(line)) return E.right(null)
  const [, variable, text] = assignment.exec(line) ?? []
  if (variable === undefined || text === undefined) return E.left(number)
  const [, name = nameFrom(variable), id = null] = naming.exec(before) ?? []
  const secret = entryValue(unquoted(text))
  if (secret === undefined) return E.right({ unreadable: { name: scrub(variable, 120), reason: noKeyInIt } })
  return E.right({ key: { name, secret, id } })
}

/**
 * The OpenRouter keys among the variables of a dotenv file. A comment `# key: <name> <hash>` in the line before names one; else
 * its name is made of the variable's. Variables that hold no key are named, and their values are never shown.
 */
export const parseDotenv = (path: string, content: string): E.Either<VaultError, ForeignVault> => {
  const lines = content.replace(/^\ufeff/, '').split(/\r?\n/)
  return pipe(
    lines.map((line, at) => readLine(line, lines[at - 1] ?? '', at + 1)),
    E.sequenceArray,
    E.mapLeft((line) => invalidInput({ field: `${path}:${String(line)}`, rule: 'must be a comment, or NAME=value in one line' })),
    E.map((read) => ({
      keys: read.flatMap((each) => (each !== null && 'key' in each ? [each.key] : [])),
      unreadable: read.flatMap((each) => (each !== null && 'unreadable' in each ? [each.unreadable] : [])),
      hasManagementKey: false,
    })),
  )
}

/** Reads a dotenv file. `InvalidInput` names the file, and the line that is no assignment. */
export const readDotenv = (path: string): TE.TaskEither<VaultError, ForeignVault> =>
  pipe(
    readText(path),
    TE.flatMapEither((content) => parseDotenv(path, content)),
  )
