import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'

import { invalidInput, type VaultError } from '../../application/errors.js'
import type { ForeignKey, ForeignVault } from '../../application/ports/foreign-vault.js'
import { scrub, secret } from '../../application/secret.js'
import { looksSealed, openBlob } from './open-blob.js'
import { parseGoDocument, type Yaml } from './parse-go-document.js'

const keyFileName = '.secret_vault.key'
const vaultFileName = 'secrets.vault'
const managementEntry = '_MAIN_OPENROUTER_PROVISIONING_KEY_'

/** Bytes. A vault of ten thousand keys has about three million; the key has 32. */
const longest: Readonly<Record<string, number>> = { [keyFileName]: 4096, [vaultFileName]: 33_554_432 }

const entry = t.intersection([t.type({ value: t.string }), t.partial({ id: t.unknown })])
const openRouterKey = /^sk-or-[\x21-\x7e]{8,500}$/

const refuse = (field: string, rule: string): VaultError => invalidInput({ field, rule })

const readBounded = (folder: string, name: string): TE.TaskEither<VaultError, Buffer> => {
  const path = join(folder, name)
  return TE.tryCatch(
    async () => {
      // Without it the opening of a pipe that nobody writes to would never end, and no signal would end it.
      const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      try {
        const stats = await file.stat()
        const most = longest[name] ?? 0
        // A pipe or a device could go on for ever.
        if (!stats.isFile() || stats.size > most) return await Promise.reject(new Error('not a plain file of a credible size'))
        return await file.readFile()
      } finally {
        await file.close()
      }
    },
    (error): VaultError => {
      const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
      if (code === 'ENOENT' || code === 'ENOTDIR') return refuse(path, 'is not there; give the folder of the old vault, usually ~/.lean_vault')
      return refuse(path, code === null ? 'is not a plain file of a credible size' : `cannot be read (${code})`)
    },
  )
}

type Opened =
  | { readonly _tag: 'Key'; readonly key: ForeignKey }
  | { readonly _tag: 'Unreadable'; readonly name: string; readonly reason: string }

/** Some versions kept the values plain inside the sealed document. */
const plainOf = async (keyFile: Buffer, value: string): Promise<string | null> => {
  if (openRouterKey.test(value)) return value
  if (!looksSealed(value)) return null
  const opened = (await openBlob(keyFile, value))?.toString('utf8')
  return opened !== undefined && openRouterKey.test(opened) ? opened : null
}

const openEntry = async (keyFile: Buffer, name: string, found: unknown): Promise<Opened> => {
  const unreadable = (reason: string): Opened => ({ _tag: 'Unreadable', name: scrub(name, 120), reason })
  if (!entry.is(found)) return unreadable('has no value')
  const plain = await plainOf(keyFile, found.value.trim())
  if (plain === null) return unreadable('does not open with the key of this vault, or holds no OpenRouter key')
  return { _tag: 'Key', key: { name, secret: secret(plain), id: typeof found.id === 'string' ? found.id : null } }
}

const parseDocument = (path: string, text: Buffer): TE.TaskEither<VaultError, Readonly<Record<string, unknown>>> =>
  pipe(
    TE.fromTask<Yaml, VaultError>(() => import('yaml')),
    TE.flatMapEither((yaml) => parseGoDocument(yaml, path, text.toString('utf8'))),
  )

const openDocument = (path: string, keyFile: Buffer, text: Buffer): TE.TaskEither<VaultError, Readonly<Record<string, unknown>>> =>
  pipe(
    TE.tryCatch(
      () => openBlob(keyFile, text.toString('latin1').trim()),
      () => refuse(path, 'cannot be opened'),
    ),
    TE.flatMap((opened) =>
      opened === null
        ? TE.left(refuse(path, `does not open with ${keyFileName} beside it: damaged, or of another vault`))
        : parseDocument(path, opened),
    ),
  )

const openEntries = (keyFile: Buffer, entries: Readonly<Record<string, unknown>>): TE.TaskEither<VaultError, ForeignVault> =>
  pipe(
    Object.entries(entries).filter(([name]) => name !== managementEntry),
    TE.traverseSeqArray(([name, found]) => TE.fromTask<Opened, VaultError>(() => openEntry(keyFile, name, found))),
    TE.map((opened) => ({
      keys: opened.flatMap((each) => (each._tag === 'Key' ? [each.key] : [])),
      unreadable: opened.flatMap((each) => (each._tag === 'Unreadable' ? [{ name: each.name, reason: each.reason }] : [])),
      hasManagementKey: Object.hasOwn(entries, managementEntry),
    })),
  )

/**
 * Opens a vault of the Go tool, https://github.com/SpaceBarLabs/lean_vault, and changes nothing in it. `InvalidInput` names the
 * file that is missing, damaged or of another vault. Takes about 40 ms a key: that tool derives a key for every value.
 */
export const readGoVault = (folder: string): TE.TaskEither<VaultError, ForeignVault> =>
  pipe(
    TE.Do,
    TE.bind('keyFile', () => readBounded(folder, keyFileName)),
    TE.bind('text', () => readBounded(folder, vaultFileName)),
    TE.bind('entries', ({ keyFile, text }) => openDocument(join(folder, vaultFileName), keyFile, text)),
    TE.flatMap(({ keyFile, entries }) => openEntries(keyFile, entries)),
  )
