import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

import * as E from 'fp-ts/lib/Either.js'

import { secret, type Secret } from '../../application/secret.js'

/** The identity file cannot be used. No message holds anything of it. */
export interface IdentityFileError {
  readonly _tag: 'IdentityFileError'
  readonly reason: 'missing' | 'permission' | 'empty' | 'io'
  readonly path: string
}

const longest = 65_536

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

const reasons: Readonly<Record<string, IdentityFileError['reason']>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'permission',
  EPERM: 'permission',
}

/** Windows has no such modes and owners. */
const isLoose = (mode: number): boolean => process.getuid !== undefined && (mode & 0o077) !== 0

/**
 * The identities in a file as `age-keygen` writes it: one a line, remarks begin with `#`. A file that others can read is
 * refused. https://github.com/FiloSottile/age#readme
 */
export const readIdentityFile = (path: string): E.Either<IdentityFileError, ReadonlyArray<Secret>> => {
  const failed = (reason: IdentityFileError['reason']): IdentityFileError => ({ _tag: 'IdentityFileError', reason, path })
  const read = (): E.Either<IdentityFileError, ReadonlyArray<Secret>> => {
    const file = openSync(path, 'r')
    try {
      if (isLoose(fstatSync(file).mode)) return E.left(failed('permission'))
      const buffer = Buffer.alloc(longest)
      const text = buffer.toString('utf8', 0, readSync(file, buffer, 0, longest, 0))
      buffer.fill(0)
      const found = text.split(/\r?\n/).filter((line) => /^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/.test(line))
      return found.length === 0 ? E.left(failed('empty')) : E.right(found.map(secret))
    } finally {
      closeSync(file)
    }
  }
  return E.flatten(E.tryCatch(read, (error) => failed(reasons[codeOf(error)] ?? 'io')))
}
