import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { stringify } from 'yaml'

/** Seals a text as the Go tool does: base64 of salt, nonce, ciphertext and tag. */
export const goBlob = (keyFile: Buffer, text: string): string => {
  const salt = randomBytes(32)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', pbkdf2Sync(keyFile, salt, 100_000, 32, 'sha256'), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([salt, nonce, sealed, cipher.getAuthTag()]).toString('base64')
}

export interface GoEntry {
  readonly value: string
  readonly id?: string
  /** Some versions kept the values plain inside the sealed document. */
  readonly plain?: boolean
}

/** Writes a vault of the Go tool into `folder`. */
export const writeGoVault = (folder: string, entries: Readonly<Record<string, GoEntry>>, document?: string): void => {
  const keyFile = randomBytes(32)
  const secrets = Object.fromEntries(
    Object.entries(entries).map(([name, { value, id, plain }]) => [
      name,
      { value: plain === true ? value : goBlob(keyFile, value), ...(id === undefined ? {} : { id }) },
    ]),
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, '.secret_vault.key'), keyFile)
  writeFileSync(join(folder, 'secrets.vault'), goBlob(keyFile, document ?? stringify({ secrets })))
}
