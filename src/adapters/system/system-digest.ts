import { createHash } from 'node:crypto'

/** SHA-256 of a text, in hex. */
export const systemDigest = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
