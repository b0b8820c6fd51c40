import { createHash, createSecretKey, type KeyObject } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'

import { type KeyFileError, keyFileError } from './key-file-error.js'

const head = '# The key of a Lean Vault. Whoever has it and the vault has every secret in it. Keep a copy; publish none.\n'
const line = /^lean-vault-key-v(\d+):(.*)$/m
const body = /^([A-Za-z0-9_-]{43}):([0-9a-f]{16})$/

/** The first 8 bytes of a SHA-256: tells a damaged key file from a wrong one. It protects nothing. */
const checksum = (encoded: string): string =>
  createHash('sha256').update(`lean-vault-key-v1:${encoded}`).digest('hex').slice(0, 16)

/** The text of a key file: a remark, then `lean-vault-key-v1:<32 bytes in base64url>:<checksum>`. */
export const formatKeyFile = (bytes: Buffer): string => {
  const encoded = bytes.toString('base64url')
  return `${head}lean-vault-key-v1:${encoded}:${checksum(encoded)}\n`
}

const damaged = keyFileError('damaged', 'The vault key file is damaged. Restore it from your copy.')

/** The key in a key file's text. Lines that say nothing to us, such as remarks, are passed over. */
export const parseKeyFile = (text: string): E.Either<KeyFileError, KeyObject> => {
  const [, version, rest] = line.exec(text) ?? []
  if (version === undefined || rest === undefined) return E.left(damaged)
  if (version !== '1') return E.left(keyFileError('newer-format', 'The vault key file is of a newer format. Upgrade.'))
  const [, encoded, sum] = body.exec(rest.trimEnd()) ?? []
  if (encoded === undefined || checksum(encoded) !== sum) return E.left(damaged)
  const bytes = Buffer.from(encoded, 'base64url')
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return E.right(key)
}
