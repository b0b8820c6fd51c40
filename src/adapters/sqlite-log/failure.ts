import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { Driver } from './driver.js'

/** A failure of the store that certainly changed nothing. */
export const unavailable = (reason: LogUnavailable['reason'], message: string): LogUnavailable => ({
  _tag: 'LogUnavailable',
  reason,
  wroteNothing: true,
  message,
})

/** SQLite's primary result codes, which are the low byte of the extended ones. https://sqlite.org/rescode.html */
const failures: Readonly<Record<number, readonly [LogUnavailable['reason'], string]>> = {
  3: ['permission', 'The vault could not be opened: its files are not readable and writable by this user.'],
  5: ['locked', 'Another process is writing to the vault and did not finish in time. Try again.'],
  6: ['locked', 'Another connection is writing to the vault and did not finish in time. Try again.'],
  8: ['read-only', 'The vault is on a read-only place.'],
  11: ['corrupt', 'The vault file is damaged.'],
  13: ['full', 'The disk is full.'],
  14: ['permission', 'The vault could not be opened: its folder or files are not readable and writable by this user.'],
  23: ['permission', 'Access to the vault was refused.'],
  26: ['corrupt', 'The vault file is not a database: it is damaged or something else.'],
}

/** Whether this is a key or a place that is taken: the codes of PRIMARY KEY and UNIQUE. */
export const isTaken = (driver: Driver, error: unknown): boolean => {
  const code = driver.codeOf(error)
  return code === 1555 || code === 2067
}

/** What a driver threw, as the port's words, without what SQLite says in its own: that may name values. */
export const toUnavailable =
  (driver: Driver) =>
  (error: unknown): LogUnavailable => {
    const code = driver.codeOf(error)
    const known = code === null ? undefined : failures[code & 0xff]
    if (known !== undefined) return unavailable(...known)
    // A number that JavaScript cannot hold, which nothing here ever writes.
    if (error instanceof RangeError) return unavailable('corrupt', 'The vault file is damaged: a number in it is impossible.')
    return unavailable('io', `The vault could not be read or written (${driver.name}, code ${code ?? 'unknown'}).`)
  }
