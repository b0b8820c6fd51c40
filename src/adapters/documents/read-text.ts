import { constants, open } from 'node:fs/promises'

import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'

/** Bytes. A document of ten thousand keys has about four million. */
const longest = 16_777_216

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null

const ruleFor = (code: string | null): string => {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'is not there'
  return code === null ? 'is not a plain file of a credible size' : `cannot be read (${code})`
}

/** The text of a document that somebody names; `InvalidInput` where there is none to read. */
export const readText = (path: string): TE.TaskEither<VaultError, string> => {
  if (path === '') return TE.left(invalidInput({ field: 'the name of the file', rule: 'is empty' }))
  return TE.tryCatch(
    async () => {
      // Without it the opening of a pipe that nobody writes to would never end, and no signal would end it.
      const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      try {
        const stats = await file.stat()
        // A pipe or a device could go on for ever.
        if (!stats.isFile() || stats.size > longest) return await Promise.reject(new Error('not a plain file of a credible size'))
        return await file.readFile('utf8')
      } finally {
        await file.close()
      }
    },
    (error) => invalidInput({ field: path, rule: ruleFor(codeOf(error)) }),
  )
}
