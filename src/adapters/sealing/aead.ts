import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'

const algorithm = 'aes-256-gcm'

/** Bytes of the nonce and of the tag: NIST SP 800-38D, sections 5.2.1.1 and 5.2.1.2. */
export const nonceLength = 12
const tagLength = 16

/** The parts as one array of its own, which shares no memory with Node's pool of buffers. */
export const joined = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => Uint8Array.from(Buffer.concat(parts))

/**
 * AES-256-GCM: nonce, ciphertext, tag. A nonce must never be used twice with one key; random ones are good for 2^32
 * seals a key (NIST SP 800-38D, section 8.3).
 */
export const encrypt = (key: KeyObject, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): Uint8Array => {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength })
  cipher.setAAD(aad)
  return joined(nonce, cipher.update(text), cipher.final(), cipher.getAuthTag())
}

/** What was encrypted, or null when the key, the place or a single bit is another one. Nothing unproven gets out. */
export const decrypt = (key: KeyObject, aad: Uint8Array, box: Uint8Array): Buffer | null => {
  if (box.length < nonceLength + tagLength) return null
  const decipher = createDecipheriv(algorithm, key, box.subarray(0, nonceLength), { authTagLength: tagLength })
  decipher.setAAD(aad)
  decipher.setAuthTag(box.subarray(box.length - tagLength))
  try {
    return Buffer.concat([decipher.update(box.subarray(nonceLength, box.length - tagLength)), decipher.final()])
  } catch {
    return null
  }
}
