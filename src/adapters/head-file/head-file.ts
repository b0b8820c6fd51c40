import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'

import type { HeadKeeper, LogAuthenticator, LogHead, RememberedHead } from '../../application/ports/log-proof.js'
import { readSlot, slotLength, writeSlot } from './head-slots.js'

const slotsOf = (text: string): ReadonlyArray<string> => [text.slice(0, slotLength), text.slice(slotLength)]

const newest = (heads: ReadonlyArray<LogHead>): LogHead | null =>
  heads.reduce<LogHead | null>((most, head) => (most === null || head.sequence > most.sequence ? head : most), null)

const read = (path: string, by: LogAuthenticator): RememberedHead => {
  const text = E.tryCatch(
    () => readFileSync(path, 'latin1'),
    (error) => (error instanceof Error && 'code' in error ? error.code : null),
  )
  if (E.isLeft(text)) return text.left === 'ENOENT' ? { _tag: 'None' } : { _tag: 'Unreadable' }
  const head = newest(slotsOf(text.right).flatMap((slot) => readSlot(by, slot) ?? []))
  return head === null ? { _tag: 'Unreadable' } : { _tag: 'Known', head }
}

const open = (path: string): number => {
  try {
    return openSync(path, 'r+')
  } catch {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return openSync(path, 'wx+', 0o600)
  }
}

/** Odd and even sequence numbers have a slot each, so that two processes one commit apart do not write over each other. */
const write = (path: string, text: string, sequence: number): void => {
  const file = open(path)
  try {
    writeSync(file, text, (sequence % 2) * slotLength, 'latin1')
  } finally {
    closeSync(file)
  }
}

/**
 * Remembers a log's head in a file outside of the vault. It is not waited for: after a loss of power the file may be older
 * than the log. A file that is there and of which nothing is authentic is left for a person to look at.
 */
export const makeHeadFile = (path: string, by: LogAuthenticator): HeadKeeper => ({
  read: () => read(path, by),
  raise: (head) => {
    const known = read(path, by)
    if (known._tag === 'Unreadable' || (known._tag === 'Known' && known.head.sequence >= head.sequence)) return
    const text = writeSlot(by, head)
    if (text !== null) E.tryCatch(() => write(path, text, head.sequence), () => undefined)
  },
})
