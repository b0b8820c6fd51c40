import * as E from 'fp-ts/lib/Either.js'

import type { VaultError } from '../../application/errors.js'
import { hostIdentity } from '../../application/host-identity.js'
import type { Sourced } from '../config/index.js'

/** The base to use: the pinned one, unless somebody set another on the same host. */
export const allowedBase = (pinned: string, wanted: Pick<Sourced<string>, 'value' | 'origin'>): E.Either<VaultError, string> => {
  if (wanted.origin === 'default' || wanted.value === pinned) return E.right(pinned)
  return hostIdentity(pinned) === hostIdentity(wanted.value)
    ? E.right(wanted.value)
    : E.left({ _tag: 'HostNotPinned', pinned, given: wanted.value })
}
