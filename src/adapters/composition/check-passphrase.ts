import * as E from 'fp-ts/lib/Either.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import { reveal, type Secret } from '../../application/secret.js'

const shortest = 8
const longest = 1024

/** Whether a new passphrase may be used. What makes a good one cannot be checked here; what is certainly none can. */
export const checkPassphrase = (passphrase: Secret): E.Either<VaultError, void> => {
  const { length } = [...reveal(passphrase)]
  return length >= shortest && length <= longest
    ? E.right(undefined)
    : E.left(invalidInput({ field: 'passphrase', rule: `must have ${shortest} to ${longest} characters` }))
}
