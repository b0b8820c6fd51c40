import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { changeAnswer } from '../change-text.js'
import { checkName } from '../check-name.js'
import { type Body, describe, type Register } from '../command.js'
import { withProgress, withVault } from '../session.js'

const body =
  (name: string): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() => withVault(session, (vault) => withProgress(session, vault.resume(name)))),
      TE.map((change) => changeAnswer(change, 'active')),
    )

/** `resume <name>` */
export const registerResume: Register = (program, act) => {
  describe(program.command('resume <name>'), {
    summary: 'Let a suspended key spend again, under the limit that it has here',
    more: 'Undoes suspend and panic, and what somebody tightened at OpenRouter. A key that is contained for another reason too stays contained, and that is said.',
    examples: ['resume my-key'],
    exits: [0, 2, 3, 4, 5, 6, 7, 8],
  }).action((name: string) => act(body(name)))
}
