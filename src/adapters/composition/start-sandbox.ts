import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Sandbox, SandboxError, SandboxOptions } from '../sandbox/start-sandbox.js'

/** Serves a simulated OpenRouter on 127.0.0.1, for trying things and for tests. Its code is loaded when it is started. */
export const startSandbox = (options: SandboxOptions = {}): TE.TaskEither<SandboxError, Sandbox> =>
  pipe(
    TE.fromTask<typeof import('../sandbox/start-sandbox.js'), SandboxError>(() => import('../sandbox/start-sandbox.js')),
    TE.flatMap((sandbox) => sandbox.startSandbox(options)),
  )
