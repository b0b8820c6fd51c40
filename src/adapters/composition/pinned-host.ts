import * as E from 'fp-ts/lib/Either.js'

import type { VaultError } from '../../application/errors.js'
import type { Sourced } from '../config/index.js'

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)

const sameHost = (pinned: URL, given: URL): boolean =>
  (isLoopback(pinned.hostname) && isLoopback(given.hostname)) ||
  (pinned.protocol === given.protocol && pinned.host === given.host)

/**
 * The base to use: the pinned one, unless somebody set another on the same host. This machine is one host whatever the port,
 * because a sandbox gets a new one each time.
 */
export const allowedBase = (pinned: string, wanted: Pick<Sourced<string>, 'value' | 'origin'>): E.Either<VaultError, string> => {
  if (wanted.origin === 'default' || wanted.value === pinned) return E.right(pinned)
  return sameHost(new URL(pinned), new URL(wanted.value))
    ? E.right(wanted.value)
    : E.left({ _tag: 'HostNotPinned', pinned, given: wanted.value })
}
