import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import { addManagementKey, createAccount } from '../../../src/adapters/simulated-openrouter/create-account.js'
import { simulatedTransport } from '../../../src/adapters/simulated-openrouter/simulated-transport.js'
import { createWorld, type World } from '../../../src/adapters/simulated-openrouter/world.js'
import { secret, type VaultError, type VaultOptions } from '../../../src/index.js'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** A folder of its own and a simulated account. */
export interface Place {
  readonly folder: string
  readonly home: string
  readonly world: World
  readonly managementKey: ReturnType<typeof secret>
  readonly options: VaultOptions
  readonly dispose: () => void
}

export const makePlace = (seed = 'composition'): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-composition-'))
  const managementKey = `sk-or-v1-${sha256(`${seed} management`)}`
  const account = createAccount(sha256, { seed, at: Date.now() })
  const world = createWorld(sha256, addManagementKey(sha256, account, managementKey))
  const transport = simulatedTransport({ world, now: Date.now, delay: () => Promise.resolve() })
  return {
    folder,
    home: join(folder, 'vault'),
    world,
    managementKey: secret(managementKey),
    options: {
      home: join(folder, 'vault'),
      userFolder: join(folder, 'user'),
      workingFolder: folder,
      baseUrl: 'https://openrouter.test/api/v1',
      overrides: { transport },
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The result, or a failing test. */
export const right = async <A>(task: TaskEither<VaultError, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

/** The error, or a failing test. */
export const left = async <A>(task: TaskEither<VaultError, A>): Promise<VaultError> => {
  const result = await task()
  if (E.isRight(result)) throw new Error('it succeeded')
  return result.left
}
