import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'

import { type Bench, mustRun, openBench, type Saved, saveBench } from './bench.js'
import type { BuiltCli } from './built-cli.js'

type Env = Readonly<Record<string, string>>

const firstPhrase = 'canary passphrase one 7f3a9c51'
const secondPhrase = 'canary passphrase two e8b24d06'
export const backupPhrase = 'canary passphrase three 19c0d7ab'

/** One command that changes how a vault is kept, and every way in which the vault may be opened once it was cut short. */
export interface Custody {
  readonly name: string
  readonly from: 'key-file' | 'passphrase' | 'recipient' | 'backup'
  readonly args: (bench: Bench) => ReadonlyArray<string>
  readonly env: (bench: Bench) => Env
  /** Environments of which one at least must open the vault, whatever became of the command. */
  readonly opens: (bench: Bench) => ReadonlyArray<Env>
  /** What must open it once the command was run again and succeeded. */
  readonly after: (bench: Bench) => Env
  /** How many recipients there may be in the end. */
  readonly recipients?: number
}

/** A secret-tool of our own, which keeps what it is given in files: a real keychain needs a session. */
export const toolText = `#!/bin/sh
set -e
for last; do :; done
file="$(dirname "$0")/entries/$last"
case "$1" in
  store) cat > "$file" ;;
  lookup) if [ -s "$file" ]; then cat "$file"; else exit 1; fi ;;
  clear) if [ -e "$file" ]; then : > "$file"; fi ;;
esac
`

const toolFolder = ({ folder }: Bench): string => join(folder, 'tools')

const withTool = (bench: Bench): Env => {
  const folder = toolFolder(bench)
  mkdirSync(join(folder, 'entries'), { recursive: true })
  writeFileSync(join(folder, 'secret-tool'), toolText)
  chmodSync(join(folder, 'secret-tool'), 0o755)
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
}

const none = (): Env => ({})
const first = (): Env => ({ LEAN_VAULT_PASSPHRASE: firstPhrase })
/** What opens a vault that no command has changed. */
export const before: Readonly<Record<Custody['from'], Env>> = { 'key-file': {}, passphrase: { LEAN_VAULT_PASSPHRASE: firstPhrase }, recipient: {}, backup: {} }

const second = (): Env => ({ LEAN_VAULT_PASSPHRASE: secondPhrase })
const identityIn = ({ folder }: Bench): string => join(folder, 'config', 'ann.identity')
const asAnn = (bench: Bench): Env => ({ LEAN_VAULT_IDENTITY_FILE: identityIn(bench), LEAN_VAULT_MASTER_KEY_FILE: join(bench.folder, 'none') })
const backupIn = ({ folder }: Bench): string => join(folder, 'config', 'vault.age')

/** `ann`: the recipient of whom the saved vaults have the identity. */
export const custodies = (ann: string): ReadonlyArray<Custody> => [
  { name: 'rotate-key of a key file', from: 'key-file', args: () => ['vault', 'rotate-key'], env: none, opens: () => [{}], after: none },
  {
    name: 'passphrase for a key file',
    from: 'key-file',
    args: () => ['vault', 'passphrase'],
    env: () => ({ LEAN_VAULT_NEW_PASSPHRASE: firstPhrase }),
    opens: () => [first()],
    after: first,
  },
  { name: 'keychain for a key file', from: 'key-file', args: () => ['vault', 'keychain'], env: withTool, opens: (bench) => [withTool(bench)], after: withTool },
  {
    name: 'recipients add',
    from: 'key-file',
    args: () => ['vault', 'recipients', 'add', ann, '--label', 'Ann'],
    env: none,
    opens: () => [{}],
    after: asAnn,
    recipients: 1,
  },
  { name: 'rotate-key of a passphrase', from: 'passphrase', args: () => ['vault', 'rotate-key'], env: first, opens: () => [first()], after: first },
  {
    name: 'passphrase for a passphrase',
    from: 'passphrase',
    args: () => ['vault', 'passphrase'],
    env: () => ({ ...first(), LEAN_VAULT_NEW_PASSPHRASE: secondPhrase }),
    opens: () => [first(), second()],
    after: second,
  },
  { name: 'key-file for a passphrase', from: 'passphrase', args: () => ['vault', 'key-file'], env: first, opens: () => [first()], after: none },
  {
    name: 'recipients remove',
    from: 'recipient',
    args: () => ['vault', 'recipients', 'remove', ann],
    env: none,
    opens: () => [{}],
    after: none,
    recipients: 0,
  },
  { name: 'rotate-key with a recipient', from: 'recipient', args: () => ['vault', 'rotate-key'], env: none, opens: (bench) => [{}, asAnn(bench)], after: asAnn, recipients: 1 },
  {
    name: 'backup',
    from: 'key-file',
    args: (bench) => ['backup', backupIn(bench), '--recipient', ann],
    env: none,
    opens: () => [{}],
    after: none,
  },
  {
    name: 'restore',
    from: 'backup',
    args: (bench) => ['restore', backupIn(bench)],
    env: () => ({ LEAN_VAULT_BACKUP_PASSPHRASE: backupPhrase }),
    opens: () => [{}],
    after: none,
  },
]

/** The vaults that the commands begin from, and what must leak from none of them. */
export interface CustodyVaults {
  readonly ann: string
  readonly vaults: Readonly<Record<Custody['from'], Saved>>
}

const changed = async (cli: BuiltCli, from: Saved, change: (bench: Bench) => Promise<Partial<Saved>>): Promise<Saved> => {
  const bench = await openBench(cli, from)
  try {
    return saveBench(bench, await change(bench))
  } finally {
    await bench.close()
  }
}

/** All of them from one quiet vault; what needs a passphrase takes most of a second for each run. */
export const custodyVaults = async (cli: BuiltCli, quiet: Saved, withPassphrases = true): Promise<CustodyVaults> => {
  const identity = await generateX25519Identity()
  const ann = await identityToRecipient(identity)
  const keyFile = await changed(cli, quiet, (bench) => {
    writeFileSync(identityIn(bench), `${identity}\n`, { mode: 0o600 })
    return Promise.resolve({})
  })
  const secrets = [...keyFile.secrets, firstPhrase, secondPhrase, backupPhrase]
  const usual = { ...keyFile, secrets }
  const phrases = async (fill: (bench: Bench) => Promise<Partial<Saved>>): Promise<Saved> => (withPassphrases ? changed(cli, keyFile, fill) : usual)
  const passphrase = await phrases(async (bench) => {
    await mustRun(bench, ['vault', 'passphrase'], { env: { LEAN_VAULT_NEW_PASSPHRASE: firstPhrase } })
    return { secrets }
  })
  const recipient = await changed(cli, keyFile, async (bench) => {
    await mustRun(bench, ['vault', 'recipients', 'add', ann])
    return { secrets }
  })
  const backup = await phrases(async (bench) => {
    await mustRun(bench, ['backup', backupIn(bench)], { env: { LEAN_VAULT_BACKUP_PASSPHRASE: backupPhrase } })
    return { secrets }
  })
  return { ann, vaults: { 'key-file': usual, passphrase, recipient, backup } }
}
