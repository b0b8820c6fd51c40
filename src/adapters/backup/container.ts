import { createHash } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

/** What a backup holds, before it is sealed: some files, and what they were taken from. */
export interface Backup {
  readonly vault: string
  /** When the snapshot was made, in UTC ISO 8601. */
  readonly madeAt: string
  readonly parts: ReadonlyMap<string, Uint8Array>
}

/** The bytes are no backup, or one of a newer version. Nothing of them is shown. */
export interface BackupBroken {
  readonly _tag: 'BackupBroken'
  readonly reason: 'damaged' | 'newer-format'
}

const header = t.strict({
  format: t.literal('lean-vault-backup'),
  version: t.Integer,
  vault: t.string,
  madeAt: t.string,
  parts: t.readonlyArray(t.strict({ name: t.string, length: t.Integer, sha256: t.string })),
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** One line of JSON that tells the parts, then the parts. */
export const packBackup = ({ vault, madeAt, parts }: Backup): Uint8Array => {
  const listed = [...parts].map(([name, bytes]) => ({ name, length: bytes.length, sha256: sha256(bytes) }))
  const first = JSON.stringify({ format: 'lean-vault-backup', version: 1, vault, madeAt, parts: listed })
  return Buffer.concat([Buffer.from(`${first}\n`, 'utf8'), ...parts.values()])
}

const broken = (reason: BackupBroken['reason']): E.Either<BackupBroken, never> => E.left({ _tag: 'BackupBroken', reason })

const readHeader = (line: Uint8Array): t.TypeOf<typeof header> | null => {
  try {
    const read = header.decode(JSON.parse(Buffer.from(line).toString('utf8')))
    return E.isRight(read) ? read.right : null
  } catch {
    return null
  }
}

/** The backup in the bytes; each part must be there, whole, and nothing beside it. */
export const unpackBackup = (bytes: Uint8Array): E.Either<BackupBroken, Backup> => {
  const end = bytes.indexOf(10)
  const read = end < 0 ? null : readHeader(bytes.subarray(0, end))
  if (read === null) return broken('damaged')
  if (read.version !== 1) return broken('newer-format')
  const parts = new Map<string, Uint8Array>()
  let at = end + 1
  for (const { name, length, sha256: sum } of read.parts) {
    const part = Uint8Array.from(bytes.subarray(at, at + Math.max(0, length)))
    if (part.length !== length || sha256(part) !== sum || parts.has(name)) return broken('damaged')
    parts.set(name, part)
    at += length
  }
  return at === bytes.length ? E.right({ vault: read.vault, madeAt: read.madeAt, parts }) : broken('damaged')
}
