import * as TE from 'fp-ts/lib/TaskEither.js'

import { reveal, type Secret } from '../../application/secret.js'

/** Who may open what is sealed: the holders of these recipients' identities, or whoever knows a passphrase. */
export type SealedFor =
  | { readonly _tag: 'Recipients'; readonly recipients: ReadonlyArray<string> }
  /** `cost` is the logarithm of scrypt's N. */
  | { readonly _tag: 'Passphrase'; readonly passphrase: Secret; readonly cost: number }

/** What opens a sealed file. An identity is `AGE-SECRET-KEY-1...`. */
export type OpenedBy =
  | { readonly _tag: 'Identities'; readonly identities: ReadonlyArray<Secret> }
  | { readonly _tag: 'Passphrase'; readonly passphrase: Secret }

/** `recipient`: one of the recipients is none. `identity`: an identity is none. `does-not-open`: wrong key, or the file was changed or cut. */
export interface AgeProblem {
  readonly _tag: 'AgeProblem'
  readonly reason: 'recipient' | 'identity' | 'does-not-open'
}

const problem =
  (reason: AgeProblem['reason']) =>
  (): AgeProblem => ({ _tag: 'AgeProblem', reason })

/** https://age-encryption.org/v1, by the package of the format's author, loaded when it is first needed. */
const loadAge = (): Promise<typeof import('age-encryption')> => import('age-encryption')

/** The bytes as a file in the age format. */
export const sealAge = (text: Uint8Array, to: SealedFor): TE.TaskEither<AgeProblem, Uint8Array> =>
  TE.tryCatch(async () => {
    const { Encrypter } = await loadAge()
    const encrypter = new Encrypter()
    if (to._tag === 'Passphrase') {
      encrypter.setScryptWorkFactor(to.cost)
      encrypter.setPassphrase(reveal(to.passphrase).normalize('NFC'))
    } else {
      for (const recipient of to.recipients) encrypter.addRecipient(recipient)
    }
    return await encrypter.encrypt(text)
  }, problem('recipient'))

/** The bytes of a file in the age format; nothing of it unless all of it is proven whole. */
export const openAge = (sealed: Uint8Array, by: OpenedBy): TE.TaskEither<AgeProblem, Uint8Array> =>
  TE.tryCatch(async () => {
    const { Decrypter } = await loadAge()
    const decrypter = new Decrypter()
    if (by._tag === 'Passphrase') decrypter.addPassphrase(reveal(by.passphrase).normalize('NFC'))
    else for (const identity of by.identities) decrypter.addIdentity(reveal(identity))
    return await decrypter.decrypt(sealed)
  }, problem(by._tag === 'Identities' && by.identities.length === 0 ? 'identity' : 'does-not-open'))

/** Whether somebody can be a recipient: the text is an age recipient of a kind that is known here. */
export const checkRecipient = (recipient: string): TE.TaskEither<AgeProblem, void> =>
  TE.tryCatch(async () => {
    const { Encrypter } = await loadAge()
    new Encrypter().addRecipient(recipient)
  }, problem('recipient'))
