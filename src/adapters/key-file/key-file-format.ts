import { createHash, createSecretKey, type KeyObject } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import { type KeyFileError, keyFileError } from './key-file-error.js'

/** What a key file holds: one key, or two while the vault key is being changed. */
export type KeysInFile = ReadonlyNonEmptyArray<KeyObject>

const head = '# The key of a Lean Vault. Whoever has it and the vault has every secret in it. Keep a copy; publish none.\n'
const lines = /^lean-vault-key-v(\d+):(.*)$/gm
const body = /^([A-Za-z0-9_-]{43}):([0-9a-f]{16})$/

/** The first 8 bytes of a SHA-256: tells a damaged key file from a wrong one. It protects nothing. */
const checksum = (encoded: string): string =>
  createHash('sha256').update(`lean-vault-key-v1:${encoded}`).digest('hex').slice(0, 16)

/**
 * The text of a key file: a remark, then `lean-vault-key-v1:<32 bytes in base64url>:<checksum>` for each key. There are
 * two while the vault key is being changed: whichever the vault was left with must open it.
 */
export const formatKeyFile = (keys: ReadonlyArray<Buffer>): string =>
  head +
  keys
    .map((bytes) => bytes.toString('base64url'))
    .map((encoded) => `lean-vault-key-v1:${encoded}:${checksum(encoded)}\n`)
    .join('')

const damaged = keyFileError('damaged', 'The vault key file is damaged. Restore it from your copy.')

const parseLine = (version: string, rest: string): E.Either<KeyFileError, KeyObject> => {
  if (version !== '1') return E.left(keyFileError('newer-format', 'The vault key file is of a newer format. Upgrade.'))
  const [, encoded, sum] = body.exec(rest.trimEnd()) ?? []
  if (encoded === undefined || checksum(encoded) !== sum) return E.left(damaged)
  const bytes = Buffer.from(encoded, 'base64url')
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return E.right(key)
}

/** The keys in a key file's text, at least one. Lines that say nothing to us, such as remarks, are passed over. */
export const parseKeyFile = (text: string): E.Either<KeyFileError, KeysInFile> => {
  const keys: Array<KeyObject> = []
  for (const [, version = '', rest = ''] of text.matchAll(lines)) {
    const key = parseLine(version, rest)
    if (E.isLeft(key)) return key
    keys.push(key.right)
  }
  const [first, ...more] = keys
  return first === undefined ? E.left(damaged) : E.right([first, ...more])
}
