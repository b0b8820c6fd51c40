import { isRight } from 'fp-ts/lib/Either.js'

import { readSecret } from '../adapters/composition/read-secret.js'
import { userFolder } from '../adapters/system/user-folder.js'
import { reveal } from '../application/secret.js'

/** The secret of a key, in the clear, of a vault that a key file opens; null when there is more to say than the secret. */
export const quickGet = async (name: string): Promise<string | null> => {
  const options = { env: process.env, workingFolder: process.cwd(), userFolder: userFolder() }
  const result = await readSecret(options, name)()
  return isRight(result) && result.right.warning === null ? reveal(result.right.secret) : null
}
