import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { InitOptions, InitReport, NewKeySource, VaultOptions } from '../../index.js'
import { type Answer, report } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { newPassphrase } from '../new-passphrase.js'
import { readManagementKey } from '../read-management-key.js'
import { type Library, loadLibrary, type Session, vaultOptions, warn, withProgress } from '../session.js'
import { facts } from '../format/facts.js'

interface Flags {
  readonly passphrase?: boolean
  readonly keychain?: boolean
  readonly forceNew?: boolean
  readonly leaveKeysAlive?: boolean
  readonly keyBesideData?: boolean
}

const next = 'Next: lean-vault add <name> --monthly-limit <dollars>'

const advice: Readonly<Record<InitReport['keySource'], string>> = {
  'key-file': `Back up the vault key apart from the vault: without it nobody can open the secrets. ${next}`,
  passphrase: `Without the passphrase nobody can open the secrets; it is stored nowhere. ${next}`,
  keychain: `The vault key is in the keychain of this machine and nowhere else: lean-vault backup makes a copy that opens elsewhere. ${next}`,
}

const places: Readonly<Record<InitReport['keySource'], string>> = {
  'key-file': 'in a file',
  passphrase: 'made of the passphrase',
  keychain: "in the system's keychain",
}

/** Nobody else will ever tell it again, so each key is named in full. */
const leftAlive = ({ name, state, hashes }: InitReport['leftAlive'][number]): string =>
  hashes.length === 0
    ? `${name} (${state}) may be alive at OpenRouter; its hash is not known. Look for its name on the dashboard.`
    : `${name} (${state}) is left alive at OpenRouter. Revoke it there by its hash: ${hashes.join(', ')}`

const answer = (session: Session, made: InitReport): Answer => {
  if (made.keyBesideData) warn(session, 'the vault key lies beside the data: whoever gets this folder has every secret in it.')
  const text = facts([
    ['Vault', made.home],
    ['Vault key', made.masterKeyFile ?? places[made.keySource]],
    ['OpenRouter', made.baseUrl],
    ['Management key', made.label],
    ['Workspaces', String(made.workspaces)],
    ...(made.setAside === null ? [] : [['Old vault', made.setAside] as const]),
  ])
  for (const key of made.leftAlive) warn(session, leftAlive(key))
  if (made.oldDamaged) warn(session, 'the old vault is damaged, and may have held more keys. They have its mark on the dashboard of OpenRouter.')
  return report(made, `The vault is ready.\n${text}`, advice[made.keySource])
}

/** Before anybody types a management key. */
const mustBeFree = (library: Library, options: VaultOptions): TE.TaskEither<CliError, void> =>
  pipe(
    library.findVault(options),
    TE.flatMap(({ place, exists }): TE.TaskEither<CliError, void> =>
      exists ? TE.left({ _tag: 'VaultExists', place }) : TE.right(undefined),
    ),
  )

const sourceOf = (session: Session, { passphrase, keychain, keyBesideData }: Flags): TE.TaskEither<CliError, NewKeySource> => {
  const chosen = [passphrase, keychain, keyBesideData].filter((flag) => flag === true)
  if (chosen.length > 1) return TE.left(usage('--passphrase, --keychain and --key-beside-data exclude each other.'))
  if (keychain === true) return TE.right({ kind: 'keychain' })
  if (passphrase !== true) return TE.right({ kind: 'key-file' })
  return pipe(
    newPassphrase(session, ['LEAN_VAULT_PASSPHRASE'], 'New passphrase of the vault'),
    TE.map((text) => ({ kind: 'passphrase', passphrase: text })),
  )
}

const body =
  (flags: Flags): Body =>
  (session) => {
    const options: Omit<InitOptions, 'managementKey' | 'keySource'> = {
      ...vaultOptions(session),
      forceNew: flags.forceNew ?? false,
      leaveKeysAlive: flags.leaveKeysAlive ?? false,
      keyBesideData: flags.keyBesideData ?? false,
    }
    return pipe(
      loadLibrary(session),
      TE.tap((library) => (flags.forceNew === true ? TE.right(undefined) : mustBeFree(library, options))),
      TE.bindTo('library'),
      TE.bind('keySource', () => sourceOf(session, flags)),
      TE.bind('managementKey', () => readManagementKey(session)),
      TE.flatMap(({ library, ...given }) => withProgress(session, library.initVault({ ...options, ...given }))),
      TE.map((made) => answer(session, made)),
    )
  }

const more = `Asks OpenRouter whose management key this is, and pins the vault to that account and host. The key is taken from
LEAN_VAULT_MANAGEMENT_KEY, from standard input, or asked for on the terminal; never from arguments.

The vault key, which opens all secrets, goes into a file in your configuration folder, apart from the data. With
--passphrase it is made of a passphrase instead (LEAN_VAULT_PASSPHRASE, or asked for), with --keychain it goes into the
keychain of this machine. lean-vault vault changes that later.`

/** `init` */
export const registerInit: Register = (program, act) => {
  describe(program.command('init'), {
    summary: 'Make a vault for one OpenRouter account',
    more,
    examples: ['init', 'pass show openrouter/management | lean-vault init', 'init --passphrase', 'init --home ./vault'],
    exits: [0, 2, 4, 5, 6, 8],
  })
    .option('--force-new', 'set an old vault aside (it is renamed, never deleted); refused while it holds or owes keys')
    .option('--leave-keys-alive', 'with --force-new, for a vault whose key is lost: set it aside all the same and name its keys, to be revoked at OpenRouter')
    .option('--passphrase', 'make the vault key of a passphrase')
    .option('--keychain', "keep the vault key in the system's keychain: Secret Service on Linux, Keychain on macOS")
    .option('--key-beside-data', "put the vault key into the vault's own folder; for throw-away machines")
    .action((flags: Flags) => act(body(flags)))
}
