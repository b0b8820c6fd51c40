import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { optionProblem } from '../../application/known-options.js'
import type { Sandbox, SandboxError, SandboxOptions } from '../sandbox/start-sandbox.js'
import { sandboxOptionNames } from './option-names.js'

/** Serves a simulated OpenRouter on 127.0.0.1, for trying things and for tests. Its code is loaded when it is started. */
export const startSandbox = (options: SandboxOptions = {}): TE.TaskEither<SandboxError, Sandbox> => {
  const problem = optionProblem('startSandbox', sandboxOptionNames, options)
  if (problem !== null) return TE.left({ _tag: 'UnknownSandboxOption', message: `${problem.field} ${problem.rule}` })
  return pipe(
    TE.fromTask<typeof import('../sandbox/start-sandbox.js'), SandboxError>(() => import('../sandbox/start-sandbox.js')),
    TE.flatMap((sandbox) => sandbox.startSandbox(options)),
  )
}
