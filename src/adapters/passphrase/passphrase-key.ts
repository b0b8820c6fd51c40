import { createSecretKey, type KeyObject, randomBytes, scrypt } from 'node:crypto'

import * as TE from 'fp-ts/lib/TaskEither.js'

import { reveal, type Secret } from '../../application/secret.js'

/** How a passphrase becomes a vault key: scrypt with N = 2^`cost`. RFC 7914. `salt` is base64. */
export interface ScryptParameters {
  readonly cost: number
  readonly blockSize: number
  readonly parallel: number
  readonly salt: string
}

/** The key could not be derived: there is not enough memory for these parameters. */
export interface DerivationFailed {
  readonly _tag: 'DerivationFailed'
}

/**
 * N = 2^17, r = 8, p = 1, which takes 128 MiB, as advised by
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt
 */
export const usualCost = 17

/** Parameters with a new salt. `cost` is the logarithm of N. */
export const newScryptParameters = (cost = usualCost): ScryptParameters => ({
  cost,
  blockSize: 8,
  parallel: 1,
  salt: randomBytes(16).toString('base64'),
})

/** One passphrase, however a keyboard composed its letters: RFC 8265, section 4.2.2. */
const bytesOf = (passphrase: Secret): Buffer => Buffer.from(reveal(passphrase).normalize('NFC'), 'utf8')

/** The vault key that belongs to a passphrase. Takes most of a second on purpose. */
export const keyFromPassphrase = (
  passphrase: Secret,
  { cost, blockSize, parallel, salt }: ScryptParameters,
): TE.TaskEither<DerivationFailed, KeyObject> =>
  TE.tryCatch(
    () =>
      new Promise((resolve, reject) => {
        const N = 2 ** cost
        const bytes = bytesOf(passphrase)
        // What scrypt needs, and a little more: https://nodejs.org/api/crypto.html#cryptoscryptpassword-salt-keylen-options-callback
        const maxmem = 128 * N * blockSize * parallel + 1_048_576
        scrypt(bytes, Buffer.from(salt, 'base64'), 32, { N, r: blockSize, p: parallel, maxmem }, (error, derived) => {
          bytes.fill(0)
          if (error !== null) return reject(error)
          const key = createSecretKey(derived)
          derived.fill(0)
          return resolve(key)
        })
      }),
    (): DerivationFailed => ({ _tag: 'DerivationFailed' }),
  )
