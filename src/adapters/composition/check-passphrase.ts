import * as E from 'fp-ts/lib/Either.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import { reveal, type Secret } from '../../application/secret.js'

const shortest = 8
const longest = 1024

/** What a lock or a backup may say when it is read; with any other one it would never open again. */
const [leastCost, mostCost] = [10, 20]

const isCost = (cost: number): boolean => Number.isInteger(cost) && cost >= leastCost && cost <= mostCost

/**
 * Whether a new passphrase may be used, and so dear a guess of it: `cost` is the logarithm of scrypt's N. What makes a good
 * passphrase cannot be checked here; what is certainly none can.
 */
export const checkPassphrase = (passphrase: Secret, cost: number | undefined): E.Either<VaultError, void> => {
  const { length } = [...reveal(passphrase)]
  if (length < shortest || length > longest) return E.left(invalidInput({ field: 'passphrase', rule: `must have ${shortest} to ${longest} characters` }))
  return cost === undefined || isCost(cost) ? E.right(undefined) : E.left(invalidInput({ field: 'cost', rule: `must be a whole number from ${leastCost} to ${mostCost}` }))
}
