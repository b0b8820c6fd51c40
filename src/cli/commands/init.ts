import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { InitOptions, InitReport, VaultOptions } from '../../index.js'
import { type Answer, report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { facts } from '../format/table.js'
import { readManagementKey } from '../read-management-key.js'
import { type Library, loadLibrary, type Session, vaultOptions, warn, withProgress } from '../session.js'

interface Flags {
  readonly forceNew?: boolean
  readonly keyBesideData?: boolean
}

const advice =
  'Back up the vault key apart from the vault: without it nobody can open the secrets. Next: lean-vault add <name> --monthly-limit <dollars>'

const answer = (session: Session, made: InitReport): Answer => {
  if (made.keyBesideData) warn(session, 'the vault key lies beside the data: whoever gets this folder has every secret in it.')
  const text = facts([
    ['Vault', made.home],
    ['Vault key', made.masterKeyFile],
    ['OpenRouter', made.baseUrl],
    ['Management key', made.label],
    ['Workspaces', String(made.workspaces)],
    ...(made.setAside === null ? [] : [['Old vault', made.setAside] as const]),
  ])
  return report(made, `The vault is ready.\n${text}`, advice)
}

/** Before anybody types a management key. */
const mustBeFree = (library: Library, options: VaultOptions): TE.TaskEither<CliError, void> =>
  pipe(
    library.findVault(options),
    TE.flatMap(({ place, exists }): TE.TaskEither<CliError, void> =>
      exists ? TE.left({ _tag: 'VaultExists', place }) : TE.right(undefined),
    ),
  )

const body =
  (flags: Flags): Body =>
  (session) => {
    const options: Omit<InitOptions, 'managementKey'> = {
      ...vaultOptions(session),
      forceNew: flags.forceNew ?? false,
      keyBesideData: flags.keyBesideData ?? false,
    }
    return pipe(
      loadLibrary(session),
      TE.tap((library) => (flags.forceNew === true ? TE.right(undefined) : mustBeFree(library, options))),
      TE.bindTo('library'),
      TE.bind('managementKey', () => readManagementKey(session)),
      TE.flatMap(({ library, managementKey }) => withProgress(session, library.initVault({ ...options, managementKey }))),
      TE.map((made) => answer(session, made)),
    )
  }

const more = `Asks OpenRouter whose management key this is, and pins the vault to that account and host. The key is taken from
LEAN_VAULT_MANAGEMENT_KEY, from standard input, or asked for on the terminal; never from arguments.

The vault key, which opens all secrets, goes into your configuration folder, apart from the data.`

/** `init` */
export const registerInit: Register = (program, act) => {
  describe(program.command('init'), {
    summary: 'Make a vault for one OpenRouter account',
    more,
    examples: ['init', 'pass show openrouter/management | lean-vault init', 'init --home ./vault'],
    exits: [0, 2, 4, 5, 6, 8],
  })
    .option('--force-new', 'set an old vault aside (it is renamed, never deleted); refused while it holds or owes keys')
    .option('--key-beside-data', "put the vault key into the vault's own folder; for throw-away machines")
    .action((flags: Flags) => act(body(flags)))
}
