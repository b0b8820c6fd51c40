import { randomBytes } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'

import type { SealedSecret, SecretRef } from '../../application/ports/event-log.js'
import type { SealBroken, Sealer } from '../../application/ports/sealer.js'
import { reveal, secret, type Secret } from '../../application/secret.js'
import { decrypt, encrypt, joined, nonceLength } from './aead.js'
import { canonical } from './canonical.js'
import { type DataKey, type KeyRing, newestKey } from './key-ring.js'

const format = 1

const unknownKey: SealBroken = {
  _tag: 'SealBroken',
  reason: 'unknown-key',
  message: 'The secret was sealed with a key that this vault does not have.',
}

const doesNotOpen: SealBroken = {
  _tag: 'SealBroken',
  reason: 'does-not-open',
  message: 'The sealed secret does not open: it was changed, or it belongs to another place.',
}

/** What a seal is bound to: its format, its key and its place. */
export const boundTo = (keyId: string, { stream, owner, generation }: SecretRef): Uint8Array =>
  canonical('lean-vault sealed secret', `${format}`, keyId, stream, owner, `${generation}`)

/** Seals with this nonce, which must be new. The bytes: format (1), nonce (12), ciphertext, tag (16). */
export const sealWith = ({ keyId, key }: DataKey, nonce: Uint8Array, ref: SecretRef, hidden: Secret): SealedSecret => {
  const text = Buffer.from(reveal(hidden), 'utf8')
  const box = encrypt(key, nonce, boundTo(keyId, ref), text)
  text.fill(0)
  return { ref, keyId, bytes: joined(Uint8Array.of(format), box) }
}

const open = (ring: KeyRing, { ref, keyId, bytes }: SealedSecret): E.Either<SealBroken, Secret> => {
  const dataKey = ring.find((held) => held.keyId === keyId)
  if (dataKey === undefined) return E.left(unknownKey)
  if (bytes[0] !== format) return E.left(doesNotOpen)
  const text = decrypt(dataKey.key, boundTo(keyId, ref), bytes.subarray(1))
  if (text === null) return E.left(doesNotOpen)
  const opened = secret(text.toString('utf8'))
  text.fill(0)
  return E.right(opened)
}

/** Seals with the newest key of the ring and a random nonce each time; opens with whichever key sealed. */
export const makeSealer = (ring: KeyRing): Sealer => {
  const newest = newestKey(ring)
  return {
    seal: (ref, hidden) => () => Promise.resolve(E.right(sealWith(newest, randomBytes(nonceLength), ref, hidden))),
    open: (sealed) => () => Promise.resolve(open(ring, sealed)),
  }
}
