import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { CredentialReport } from '../../index.js'
import { type Answer, report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { readManagementKey } from '../read-management-key.js'
import { withProgress, withVault } from '../session.js'

const workspaces = (count: number): string => (count === 1 ? '1 workspace' : `${count} workspaces`)

const repinned = 'The workspaces of the account have changed; the vault knows it by those of today from now on.\n'

const answer = (credential: CredentialReport, begin: string): Answer =>
  report(
    credential,
    `${begin} ${credential.label}, for the account of this vault (${workspaces(credential.workspaces)}).\n${credential.repinned ? repinned : ''}`,
  )

const setting: Body = (session) =>
  pipe(
    withVault(session, (vault) =>
      pipe(
        readManagementKey(session),
        TE.flatMap((key) => withProgress(session, vault.changeCredential(key))),
      ),
    ),
    TE.map((credential) => answer(credential, 'The management key is now')),
  )

const checking: Body = (session) =>
  pipe(
    withVault(session, (vault) => withProgress(session, vault.checkCredential())),
    TE.flatMap((credential): TE.TaskEither<CliError, Answer> =>
      credential.account === 'pinned'
        ? TE.right(answer(credential, 'The management key works. It is'))
        : TE.left({ _tag: 'WrongAccount' }),
    ),
  )

/** `credentials set` and `credentials check` */
export const registerCredentials: Register = (program, act) => {
  const credentials = describe(program.command('credentials').helpCommand(false), {
    summary: 'Replace or check the management key',
    examples: ['credentials check', 'credentials set'],
    exits: [0, 2, 5, 6, 8],
  })
  describe(credentials.command('set'), {
    summary: 'Replace the sealed management key by another one of the same account',
    more: 'The new key is tried at OpenRouter before the old one is forgotten. It is taken from LEAN_VAULT_MANAGEMENT_KEY, from standard input, or asked for on the terminal.',
    examples: ['credentials set', 'credentials set < new-key.txt'],
    exits: [0, 2, 5, 6, 8],
  }).action(() => act(setting))
  describe(credentials.command('check'), {
    summary: 'Ask OpenRouter whether the sealed management key still works for this account',
    more: 'Where the workspaces of the account have changed since they were pinned, they are pinned anew. Another account never is.',
    examples: ['credentials check --json'],
    exits: [0, 5, 6, 8],
  }).action(() => act(checking))
}
