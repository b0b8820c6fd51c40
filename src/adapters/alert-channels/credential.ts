import { isRight } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import { reveal, type Secret, secret } from '../../application/secret.js'

/** All of a channel that must not be seen, sealed as one text. The newest signing key comes first. */
export interface Credential {
  readonly url?: string
  readonly token?: string
  readonly password?: string
  readonly signingKeys?: ReadonlyArray<string>
}

const codec = t.exact(
  t.partial({ url: t.string, token: t.string, password: t.string, signingKeys: t.readonlyArray(t.string) }),
)

export const packCredential = (credential: Credential): Secret => secret(JSON.stringify(credential))

/** What was packed; nothing where there is none, or it cannot be read. */
export const unpackCredential = (packed: Secret | null): Credential => {
  if (packed === null) return {}
  try {
    const decoded = codec.decode(JSON.parse(reveal(packed)))
    return isRight(decoded) ? decoded.right : {}
  } catch {
    return {}
  }
}
