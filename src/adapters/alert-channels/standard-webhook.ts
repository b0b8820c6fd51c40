import { createHmac } from 'node:crypto'

const prefix = 'whsec_'

/** The bytes of a signing key as the specification writes it: `whsec_` and base64, 24 to 64 bytes; null for anything else. */
export const signingKey = (text: string): Buffer | null => {
  if (!text.startsWith(prefix) || !/^[A-Za-z0-9+/]+={0,2}$/.test(text.slice(prefix.length))) return null
  const bytes = Buffer.from(text.slice(prefix.length), 'base64')
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : null
}

/**
 * The headers by which a receiver knows who sent a message and whether it is a repetition; one signature for each key, so that
 * keys can be changed without a gap. Specification: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const signatureHeaders = (id: string, at: number, body: string, keys: ReadonlyArray<Buffer>): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(at / 1000))
  const sign = (key: Buffer): string => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64')}`
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': keys.map(sign).join(' ') }
}
