import { isLeft } from 'fp-ts/lib/Either.js'

import type { SealedSecret } from '../../application/ports/event-log.js'
import { lineage } from '../../domain/shared/identifiers.js'

const form = /^lean-vault-sealed:([0-9A-Za-z_-]{1,128}):([^:\s]{1,96}):([1-9]\d{0,5}):([A-Za-z0-9_-]{20,4096})$/

/**
 * A sealed secret as text for a document. It opens only in the vault that sealed it, and only as the key and the incarnation
 * that it names.
 */
export const toSealedText = ({ ref, keyId, bytes }: SealedSecret): string =>
  `lean-vault-sealed:${keyId}:${ref.owner}:${String(ref.generation)}:${Buffer.from(bytes).toString('base64url')}`

/** The sealed secret that a text holds; null where it holds none. Whether it opens is for the sealer to say. */
export const fromSealedText = (text: string): SealedSecret | null => {
  const [, keyId, owner, generation, bytes] = form.exec(text) ?? []
  if (keyId === undefined || owner === undefined || generation === undefined || bytes === undefined) return null
  if (isLeft(lineage(owner))) return null
  // A lineage is a name, a hash sign and a number; the stream of a key has its name.
  const stream = `key/${owner.slice(0, owner.lastIndexOf('#'))}`
  return { ref: { stream, owner, generation: Number(generation) }, keyId, bytes: new Uint8Array(Buffer.from(bytes, 'base64url')) }
}
