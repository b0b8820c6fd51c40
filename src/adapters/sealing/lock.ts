import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

/** Where the vault key comes from. */
export type KeySource =
  | { readonly kind: 'key-file' }
  /** What `keyFromPassphrase` needs besides the passphrase. */
  | {
      readonly kind: 'passphrase'
      readonly scrypt: { readonly cost: number; readonly blockSize: number; readonly parallel: number; readonly salt: string }
    }
  /** An entry of the system's keychain, by its account name. */
  | { readonly kind: 'keychain'; readonly account: string }

/** Somebody else who can open the vault. `recipient` is public: `age1...`. */
export interface Recipient {
  readonly recipient: string
  readonly label: string | null
}

/**
 * What stands beside the wrapped ring and says how to get the vault key. It holds no secret: `box` is the vault key, sealed
 * to the recipients by age, in base64; null where there are none.
 */
export interface Lock {
  readonly source: KeySource
  readonly recipients: ReadonlyArray<Recipient>
  readonly box: string | null
}

/** The lock is not one, or one of a newer version. */
export interface LockBroken {
  readonly _tag: 'LockBroken'
  readonly reason: 'damaged' | 'newer-format'
}

/** A vault without a written lock has its key in a file: so it was in the first format. */
const firstLock: Lock = { source: { kind: 'key-file' }, recipients: [], box: null }

const within = (least: number, most: number): t.Type<number, number, unknown> =>
  t.refinement(t.Integer, (value) => value >= least && value <= most)

const source = t.union([
  t.strict({ kind: t.literal('key-file') }),
  // Bounds, so that a changed lock cannot take all memory. It cannot weaken a key either: with other parameters it is another key.
  t.strict({
    kind: t.literal('passphrase'),
    scrypt: t.strict({ cost: within(10, 20), blockSize: within(1, 16), parallel: within(1, 4), salt: t.string }),
  }),
  t.strict({ kind: t.literal('keychain'), account: t.string }),
])

const codec = t.strict({
  version: t.literal(1),
  source,
  recipients: t.readonlyArray(t.strict({ recipient: t.string, label: t.union([t.string, t.null]) })),
  box: t.union([t.string, t.null]),
})

/** The lock's text. Wrapped keys are bound to it byte for byte. */
export const writeLock = ({ source: from, recipients, box }: Lock): string | null =>
  from.kind === 'key-file' && recipients.length === 0 ? null : JSON.stringify({ version: 1, source: from, recipients, box })

const versionOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'version' in value ? value.version : null

/** The lock in a text; the first lock for no text. */
export const readLock = (text: string | null): E.Either<LockBroken, Lock> => {
  if (text === null) return E.right(firstLock)
  const damaged: LockBroken = { _tag: 'LockBroken', reason: 'damaged' }
  const value = E.tryCatch((): unknown => JSON.parse(text), () => damaged)
  if (E.isLeft(value)) return value
  const version = versionOf(value.right)
  if (typeof version === 'number' && version > 1) return E.left({ _tag: 'LockBroken', reason: 'newer-format' })
  return E.mapLeft(() => damaged)(codec.decode(value.right))
}
