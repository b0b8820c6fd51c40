import { createDecipheriv, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

const saltLength = 32
const nonceLength = 12
const tagLength = 16
/** PBKDF2-HMAC-SHA-256 over the bytes of the key file, as in https://github.com/SpaceBarLabs/lean_vault */
const rounds = 100_000

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Whether a text has the form of a sealed value: base64 of salt, nonce, at least no text, and tag. */
export const looksSealed = (text: string): boolean =>
  base64.test(text) && text.length % 4 === 0 && Buffer.byteLength(text, 'base64') >= saltLength + nonceLength + tagLength

/** The text inside base64(salt 32, nonce 12, AES-256-GCM ciphertext and tag 16); null when it does not open with this key. */
export const openBlob = async (keyFile: Buffer, text: string): Promise<Buffer | null> => {
  if (!looksSealed(text)) return null
  const bytes = Buffer.from(text, 'base64')
  const key = await derive(keyFile, bytes.subarray(0, saltLength), rounds, 32, 'sha256')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(saltLength, saltLength + nonceLength))
  key.fill(0)
  decipher.setAuthTag(bytes.subarray(-tagLength))
  const opened = decipher.update(bytes.subarray(saltLength + nonceLength, -tagLength))
  try {
    return Buffer.concat([opened, decipher.final()])
  } catch {
    opened.fill(0)
    return null
  }
}
