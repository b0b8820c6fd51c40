import { createSecretKey, type KeyObject } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import { type Ran, runTool } from './run-tool.js'

/** `unavailable`: this machine or session has no keychain that can be used. `missing`: it has no such entry. */
export interface KeychainError {
  readonly _tag: 'KeychainError'
  readonly reason: 'unavailable' | 'missing' | 'damaged'
  readonly message: string
}

/** The system's keychain: one entry for each vault key, by account name. */
export interface Keychain {
  readonly store: (account: string, key: KeyObject) => TaskEither<KeychainError, void>
  readonly lookup: (account: string) => TaskEither<KeychainError, KeyObject>
  /** Repeatable: an entry that is gone is no failure. */
  readonly clear: (account: string) => TaskEither<KeychainError, void>
}

/** One request to the system's tool: its arguments, and what it reads. */
interface Request {
  readonly args: ReadonlyArray<string>
  readonly input: string
}

interface Tool {
  readonly command: string
  readonly name: string
  readonly store: (account: string, text: string) => Request
  readonly lookup: (account: string) => Request
  readonly clear: (account: string) => Request
}

const service = 'lean-vault'

/**
 * `secret-tool` reads the secret from standard input to its end when that is no terminal, and prints one as it is; it ends
 * with 1 for a missing entry and for a missing service alike. https://manpages.debian.org/bookworm/libsecret-tools/secret-tool.1.en.html
 */
const secretTool: Tool = {
  command: 'secret-tool',
  name: 'the Secret Service, by secret-tool (package libsecret-tools),',
  store: (account, text) => ({ args: ['store', '--label=Lean Vault: vault key', 'service', service, 'account', account], input: text }),
  lookup: (account) => ({ args: ['lookup', 'service', service, 'account', account], input: '' }),
  clear: (account) => ({ args: ['clear', 'service', service, 'account', account], input: '' }),
}

/**
 * `security -i` reads commands, and so the secret, from standard input. The words are letters, digits and `-_=`, which need
 * no quoting. As go-keyring does it: https://github.com/zalando/go-keyring
 */
const securityTool: Tool = {
  command: '/usr/bin/security',
  name: 'the keychain of macOS',
  store: (account, text) => ({ args: ['-i'], input: `add-generic-password -U -s ${service} -a ${account} -w ${text}\n` }),
  lookup: (account) => ({ args: ['find-generic-password', '-s', service, '-a', account, '-w'], input: '' }),
  clear: (account) => ({ args: ['delete-generic-password', '-s', service, '-a', account], input: '' }),
}

const toolFor = (platform: string): Tool | null => {
  if (platform === 'darwin') return securityTool
  return platform === 'win32' ? null : secretTool
}

const failed = (reason: KeychainError['reason'], message: string): KeychainError => ({ _tag: 'KeychainError', reason, message })

const unavailable = (tool: Tool | null): KeychainError =>
  failed(
    'unavailable',
    tool === null
      ? 'On this platform no keychain is supported.'
      : `It was asked of ${tool.name} which cannot be used here: it is not installed, not running, or locked.`,
  )

const toKey = (text: string): E.Either<KeychainError, KeyObject> => {
  const bytes = Buffer.from(text.trim(), 'base64url')
  if (bytes.length !== 32) return E.left(failed('damaged', 'The entry in the keychain is no vault key.'))
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return E.right(key)
}

const textOf = (key: KeyObject): string => {
  const bytes = key.export()
  const text = bytes.toString('base64url')
  bytes.fill(0)
  return text
}

/** Runs one request of a tool; replaced in tests. */
export type RunTool = typeof runTool

const found = (ran: Ran): string | null => (ran._tag === 'Ended' && ran.code === 0 && ran.stdout.trim() !== '' ? ran.stdout : null)

/** The keychain of this platform. What is stored is read back before it counts: a tool's exit code alone is no promise. */
export const systemKeychain = (platform: string = process.platform, run: RunTool = runTool): Keychain => {
  const tool = toolFor(platform)
  const ask = (request: (of: Tool) => Request): Promise<Ran> => {
    if (tool === null) return Promise.resolve({ _tag: 'NotRun', reason: 'unsupported' })
    const { args, input } = request(tool)
    return run(tool.command, args, input)
  }
  const lookup = async (account: string): Promise<E.Either<KeychainError, KeyObject>> => {
    const ran = await ask((of) => of.lookup(account))
    const text = found(ran)
    if (text !== null) return toKey(text)
    // secret-tool answers alike when there is no entry and when there is no service to ask.
    return E.left(ran._tag === 'NotRun' ? unavailable(tool) : failed('missing', 'The keychain has no such entry, or cannot be used in this session.'))
  }
  return {
    lookup: (account) => () => lookup(account),
    store: (account, key) => async () => {
      await ask((of) => of.store(account, textOf(key)))
      const kept = await lookup(account)
      return E.isRight(kept) && kept.right.equals(key) ? E.right(undefined) : E.left(unavailable(tool))
    },
    clear: (account) => async () => {
      const ran = await ask((of) => of.clear(account))
      return ran._tag === 'NotRun' ? E.left(unavailable(tool)) : E.right(undefined)
    },
  }
}
