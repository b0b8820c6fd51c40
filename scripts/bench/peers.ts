import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import type { Program } from './measure.js'

type Environment = Readonly<Record<string, string>>

interface Peer {
  readonly command: string
  readonly does: string
  /** Lays a secret down in the folder; how it is read then. Throws where that does not work. */
  readonly prepare: (folder: string, env: Environment) => { readonly args: ReadonlyArray<string>; readonly env: Environment }
}

const value = `sk-or-v1-${'0123456789abcdef'.repeat(4)}`

/** A key without a passphrase, which a warm agent would make of any other. */
const withKey = (folder: string, env: Environment): Environment => {
  mkdirSync(join(folder, 'gnupg'), { recursive: true, mode: 0o700 })
  const own = { ...env, GNUPGHOME: join(folder, 'gnupg'), PASSWORD_STORE_DIR: join(folder, 'store') }
  execFileSync('gpg', ['--batch', '--passphrase', '', '--quick-gen-key', 'bench@example.org', 'default', 'default', 'never'], { env: own, stdio: 'ignore' })
  return own
}

const inStore = (command: string): Peer['prepare'] => (folder, env) => {
  const own = withKey(folder, env)
  execFileSync(command, ['init', 'bench@example.org'], { env: own, stdio: 'ignore' })
  execFileSync(command, ['insert', '-m', 'one'], { env: own, input: `${value}\n`, stdio: ['pipe', 'ignore', 'ignore'] })
  return { args: ['show', 'one'], env: own }
}

const peers: ReadonlyArray<Peer> = [
  { command: 'pass', does: 'pass show', prepare: inStore('pass') },
  { command: 'gopass', does: 'gopass show', prepare: inStore('gopass') },
  {
    command: 'gpg',
    does: 'gpg -d (warm agent)',
    prepare: (folder, env) => {
      const own = withKey(folder, env)
      const file = join(folder, 'one.gpg')
      execFileSync('gpg', ['--batch', '--trust-model', 'always', '-r', 'bench@example.org', '-o', file, '-e'], { env: own, input: value, stdio: ['pipe', 'ignore', 'ignore'] })
      return { args: ['--batch', '--quiet', '-d', file], env: own }
    },
  },
  {
    command: 'age',
    does: 'age -d (identity file)',
    prepare: (folder, env) => {
      const [identity, file] = [join(folder, 'identity'), join(folder, 'one.age')]
      execFileSync('age-keygen', ['-o', identity], { env, stdio: 'ignore' })
      const recipient = execFileSync('age-keygen', ['-y', identity], { env, encoding: 'utf8' }).trim()
      execFileSync('age', ['-r', recipient, '-o', file], { env, input: value })
      return { args: ['-d', '-i', identity, file], env }
    },
  },
  {
    command: 'openssl',
    does: 'openssl enc -d (PBKDF2, 100,000 rounds)',
    prepare: (folder, env) => {
      const [phrase, file] = [join(folder, 'phrase'), join(folder, 'one.enc')]
      writeFileSync(phrase, 'correct horse battery staple\n', { mode: 0o600 })
      const common = ['enc', '-aes-256-cbc', '-pbkdf2', '-iter', '100000', '-pass', `file:${phrase}`]
      execFileSync('openssl', [...common, '-out', file], { env, input: value })
      return { args: [...common, '-d', '-in', file], env }
    },
  },
]

const found = (command: string): string | null =>
  (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, command)).find((file) => existsSync(file)) ?? null

/** What people would otherwise read a secret with, where it is installed, each with a secret of its own. */
export const peersIn = (
  folder: string,
  env: Environment,
): { readonly programs: ReadonlyArray<Program>; readonly notes: ReadonlyArray<string> } => {
  const programs: Array<Program> = []
  const notes: Array<string> = []
  for (const { command, does, prepare } of peers) {
    const file = found(command)
    if (file === null) {
      notes.push(`\`${command}\` is not installed here.`)
      continue
    }
    const own = join(folder, command)
    mkdirSync(own, { recursive: true, mode: 0o700 })
    try {
      const { args, env: with_ } = prepare(own, env)
      programs.push({ name: does, file, args: () => args, env: with_ })
    } catch {
      notes.push(`\`${command}\` is installed, and would not take a secret here.`)
    }
  }
  return { programs, notes }
}
