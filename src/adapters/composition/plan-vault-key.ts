import type { KeyObject } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import type { Secret } from '../../application/secret.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { VaultCommand } from '../../domain/vault/vault.js'
import type { AgeProblem } from '../age/age.js'
import { readKeyFileNow } from '../key-file/read-key-file.js'
import type { Lock } from '../sealing/lock.js'
import { checkPassphrase } from './check-passphrase.js'
import { makeVaultKey, type NewVaultKey } from './make-vault-key.js'
import type { NewKeySource } from './options.js'
import type { Opening, Unlocked } from './unlock.js'
import type { VaultKeyChange } from './vault-key-change.js'
import { keyProblem, wrongPassphrase } from './vault-key-problem.js'
import { deriveKey, keychainOf, passphraseFor } from './vault-key-source.js'

/** A change that is ready to be committed. */
export interface KeyPlan {
  readonly made: NewVaultKey
  readonly lock: Lock
  readonly command: VaultCommand
  readonly rotated: boolean
}

const boxFor = (vaultKey: KeyObject, recipients: Lock['recipients']): TE.TaskEither<VaultError, string | null> => {
  if (recipients.length === 0) return TE.right(null)
  const bytes = vaultKey.export()
  return pipe(
    TE.fromTask<typeof import('../age/age.js'), AgeProblem>(() => import('../age/age.js')),
    TE.flatMap(({ sealAge }) => sealAge(bytes, { _tag: 'Recipients', recipients: recipients.map(({ recipient }) => recipient) })),
    TE.bimap(
      () => invalidInput({ field: 'recipient', rule: 'must be an age recipient: age1...' }),
      (box) => {
        bytes.fill(0)
        return Buffer.from(box).toString('base64')
      },
    ),
  )
}

const assemble = (
  made: NewVaultKey,
  recipients: Lock['recipients'],
  command: VaultCommand,
  rotated: boolean,
): TE.TaskEither<VaultError, KeyPlan> =>
  pipe(
    boxFor(made.vaultKey, recipients),
    TE.map((box) => ({ made, lock: { source: made.source, recipients, box }, command, rotated })),
  )

const elsewhere = keyProblem(
  'no-key',
  'You opened the vault as a recipient, and its key is kept elsewhere: a new one kept here would lock its keeper out. Do this there; or take the vault over with "vault key-file", "vault keychain" or "vault passphrase".',
)

/** Whether the key in force is found where it is kept, so that the new one reaches everybody whom the old one reached. */
const isKeptHere = (opening: Opening, { lock, vaultKey }: Unlocked): TE.TaskEither<VaultError, boolean> => {
  const { source } = lock
  if (source.kind === 'keychain')
    return pipe(
      keychainOf(opening.options),
      TE.flatMap((keychain) => TE.fromTask(TE.match(() => false, (key: KeyObject) => key.equals(vaultKey))(keychain.lookup(source.account)))),
    )
  const keys = readKeyFileNow(opening.keyFile)
  return TE.right(E.isRight(keys) && keys.right.some((key) => key.equals(vaultKey)))
}

/** A passphrase that did not open the vault just now is asked for, and must be the one that would. */
const samePassphrase = (
  { around, options }: Opening,
  { vaultKey, passphrase }: Unlocked,
  scrypt: Parameters<typeof deriveKey>[1],
): TE.TaskEither<VaultError, NewKeySource> => {
  const again = (known: Secret): NewKeySource => ({ kind: 'passphrase', passphrase: known, cost: scrypt.cost })
  if (passphrase !== null) return TE.right(again(passphrase))
  return pipe(
    passphraseFor('vault', around, options.passphrase),
    TE.bindTo('known'),
    TE.bind('derived', ({ known }) => deriveKey(known, scrypt)),
    TE.flatMapEither(({ known, derived }) => (derived.equals(vaultKey) ? E.right(again(known)) : E.left(wrongPassphrase))),
  )
}

/** The same kind of place again. */
const sameSource = (opening: Opening, unlocked: Unlocked): TE.TaskEither<VaultError, NewKeySource> => {
  const { source } = unlocked.lock
  if (source.kind === 'passphrase') return samePassphrase(opening, unlocked, source.scrypt)
  return pipe(
    isKeptHere(opening, unlocked),
    TE.flatMapEither((here) => (here ? E.right({ kind: source.kind }) : E.left(elsewhere))),
  )
}

const wantedSource = (
  opening: Opening,
  unlocked: Unlocked,
  change: Exclude<VaultKeyChange, { readonly to: 'add-recipient' }>,
): TE.TaskEither<VaultError, NewKeySource> => {
  switch (change.to) {
    case 'passphrase':
      return TE.right({ ...change, kind: 'passphrase' })
    case 'keychain':
    case 'key-file':
      return TE.right({ kind: change.to })
    case 'rotate':
    case 'remove-recipient':
      return sameSource(opening, unlocked)
  }
}

const commandOf = (change: VaultKeyChange, from: Lock, to: NewVaultKey, at: Instant): VaultCommand => {
  const source = to.source.kind
  if (change.to === 'add-recipient') return { _tag: 'AddRecipient', recipient: change.recipient, label: change.label ?? null, at }
  if (change.to === 'remove-recipient') return { _tag: 'RemoveRecipient', recipient: change.recipient, source, at }
  return { _tag: source === from.source.kind ? 'RotateVaultKey' : 'MoveVaultKey', source, at }
}

const isThere = ({ recipients }: Lock, wanted: string): boolean => recipients.some(({ recipient }) => recipient === wanted)

const checkInput = (lock: Lock, change: VaultKeyChange): E.Either<VaultError, void> => {
  if (change.to === 'passphrase') return checkPassphrase(change.passphrase, change.cost)
  if (change.to === 'add-recipient' && isThere(lock, change.recipient))
    return E.left(invalidInput({ field: 'recipient', rule: 'is a recipient already' }))
  if (change.to === 'remove-recipient' && !isThere(lock, change.recipient))
    return E.left(invalidInput({ field: 'recipient', rule: 'must be one that "vault recipients list" shows' }))
  if (change.to === 'add-recipient' && !/^age1[0-9a-z]+$/.test(change.recipient))
    return E.left(invalidInput({ field: 'recipient', rule: 'must be an age recipient: age1...' }))
  return E.right(undefined)
}

const recipientsAfter = ({ recipients }: Lock, change: VaultKeyChange): Lock['recipients'] => {
  if (change.to === 'add-recipient') return [...recipients, { recipient: change.recipient, label: change.label ?? null }]
  return change.to === 'remove-recipient' ? recipients.filter(({ recipient }) => recipient !== change.recipient) : recipients
}

/** Makes what a change needs. Nothing that is in force is touched. */
export const planVaultKey = (
  opening: Opening,
  unlocked: Unlocked,
  change: VaultKeyChange,
  at: Instant,
): TE.TaskEither<VaultError, KeyPlan> => {
  const { lock, vaultKey } = unlocked
  const recipients = recipientsAfter(lock, change)
  const made: TE.TaskEither<VaultError, NewVaultKey> =
    change.to === 'add-recipient'
      ? TE.right({ vaultKey, source: lock.source })
      : pipe(
          wantedSource(opening, unlocked, change),
          TE.flatMap((source) => makeVaultKey(opening, source)),
        )
  return pipe(
    TE.fromEither(checkInput(lock, change)),
    TE.flatMap(() => made),
    TE.flatMap((key) => assemble(key, recipients, commandOf(change, lock, key, at), change.to !== 'add-recipient')),
  )
}
