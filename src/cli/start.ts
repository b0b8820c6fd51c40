import { writeSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { isatty } from 'node:tty'

import { isRight } from 'fp-ts/lib/Either.js'

import { reveal } from '../application/secret.js'

// Saves about 10 ms a start where Node has it (22.1 and later).
const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: () => unknown }
enableCompileCache?.()

/** The name in `get <name>` without a flag, which scripts run again and again; null for every other command line. */
const plainGet = ([command, name, ...more]: ReadonlyArray<string>): string | null =>
  command === 'get' && name !== undefined && !name.startsWith('-') && more.length === 0 ? name : null

const handedOut = async (name: string): Promise<string | null> => {
  const { readSecret } = await import('../adapters/composition/read-secret.js')
  const options = { env: process.env, workingFolder: process.cwd(), userFolder: homedir() }
  const result = await readSecret(options, name)()
  return isRight(result) && result.right.warning === null ? reveal(result.right.secret) : null
}

/** Whether the secret was printed. A key file opens the vault, and nothing is to be said but the secret: else the answer is no. */
const answeredAtOnce = async (): Promise<boolean> => {
  const name = plainGet(process.argv.slice(2))
  if (name === null || isatty(1)) return false
  const end = { SIGINT: () => process.exit(130), SIGTERM: () => process.exit(143) }
  process.once('SIGINT', end.SIGINT).once('SIGTERM', end.SIGTERM)
  try {
    const secret = await handedOut(name)
    if (secret === null) return false
    writeSync(1, secret)
    return true
  } catch {
    return false
  } finally {
    process.off('SIGINT', end.SIGINT).off('SIGTERM', end.SIGTERM)
  }
}

const start = async (): Promise<void> => {
  // What is not answered at once has changed nothing, and the whole program begins anew.
  if (await answeredAtOnce()) process.exit(0)
  await import('./main.js')
}

void start()
