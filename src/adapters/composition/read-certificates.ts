import { readFile } from 'node:fs/promises'

import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'

/** Certificates to trust besides Node's own. Node itself reads NODE_EXTRA_CA_CERTS when it starts. */
export const readCertificates = (path: string | undefined): TE.TaskEither<VaultError, string | null> =>
  path === undefined || path === ''
    ? TE.right(null)
    : TE.tryCatch(
        () => readFile(path, 'utf8'),
        () => invalidInput({ field: 'SSL_CERT_FILE', rule: 'must be a readable file of certificates in PEM' }),
      )
