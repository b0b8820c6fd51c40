import { createHmac } from 'node:crypto'

import type { LogAuthenticator } from '../../src/application/ports/log-proof.js'

/** An authenticator whose keys are their names: whoever reads this can forge, which is what some tests want to do. */
export const authenticatorOf = (current: string, ...older: ReadonlyArray<string>): LogAuthenticator => ({
  current,
  tag: (keyId, text) => ([current, ...older].includes(keyId) ? createHmac('sha256', keyId).update(text).digest('hex') : null),
})

/** It has the keys that the contract suite puts into a ring: without them a store may say `newer-key`. */
export const testAuthenticator: LogAuthenticator = authenticatorOf('test-key', 'a', 'b', 'y', 'z')
