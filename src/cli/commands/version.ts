import * as TE from 'fp-ts/lib/TaskEither.js'

import { report } from '../answer.js'
import { describe, type Register } from '../command.js'

/** `version` */
export const registerVersion: Register = (program, act) => {
  describe(program.command('version'), {
    summary: 'Show the version of Lean Vault and of Node',
    examples: ['version', 'version --json'],
    exits: [0],
  }).action(() =>
    act(({ deps }) => {
      const { version, node, platform } = deps.about
      return TE.right(report({ version, node, platform }, `lean-vault ${version} (Node ${node}, ${platform})\n`))
    }),
  )
}
