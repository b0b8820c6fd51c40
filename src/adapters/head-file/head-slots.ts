import { isLeft } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import type { LogAuthenticator, LogHead } from '../../application/ports/log-proof.js'

/** Bytes of one slot. A file has two, so that a write that is cut short leaves the other one whole. */
export const slotLength = 512

const slot = t.tuple([t.literal('lean-vault head 1'), t.number, t.string, t.string, t.string])

const textOf = (sequence: number, hash: string): string => `lean-vault log head 1\n${JSON.stringify([sequence, hash])}`

/** A head as one line of JSON, filled up with blanks: what it is, sequence, hash, name of the key, tag. */
export const writeSlot = (by: LogAuthenticator, { sequence, hash }: LogHead): string | null => {
  const tag = by.tag(by.current, textOf(sequence, hash))
  const line = JSON.stringify(['lean-vault head 1', sequence, hash, by.current, tag])
  return tag === null || line.length >= slotLength ? null : `${line.padEnd(slotLength - 1)}\n`
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The head in a slot, if it is authentic. */
export const readSlot = (by: LogAuthenticator, text: string): LogHead | null => {
  const decoded = slot.decode(parse(text))
  if (isLeft(decoded)) return null
  const [, sequence, hash, keyId, tag] = decoded.right
  return by.tag(keyId, textOf(sequence, hash)) === tag ? { sequence, hash } : null
}
