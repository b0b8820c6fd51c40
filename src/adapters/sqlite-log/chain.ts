import { createHash } from 'node:crypto'

import type { EventRecord, SealedSecret } from '../../application/ports/event-log.js'

/** What the first record has for the hash before it. */
export const genesis = '0'.repeat(64)

const sha256 = (...parts: ReadonlyArray<string | Uint8Array>): string =>
  parts.reduce<ReturnType<typeof createHash>>((hash, part) => hash.update(part), createHash('sha256')).digest('hex')

/**
 * The hash of a record and of all before it, over its text as it is stored. The fields before the data are one line of
 * JSON, which holds no line end, so no two records give the same bytes.
 */
export const hashOf = (previous: string, { sequence, stream, version, type, schema, at, data }: EventRecord): string =>
  sha256(`lean-vault record 1\n${previous}\n${JSON.stringify([sequence, stream, version, type, schema, at])}\n${data}`)

/** What is authenticated of a record. The hash stands for the rest. */
export const recordText = (hash: string): string => `lean-vault record 1\n${hash}`

/** Stands for a sealed secret as it rests in its row. */
export const sealedDigest = ({ keyId, bytes }: Pick<SealedSecret, 'keyId' | 'bytes'>): string =>
  sha256(`lean-vault sealed row 1\n${JSON.stringify(keyId)}\n`, bytes)
