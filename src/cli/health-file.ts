import { rename, writeFile } from 'node:fs/promises'

import * as TE from 'fp-ts/lib/TaskEither.js'

import type { WatchReport } from '../index.js'

/**
 * Writes a pass into a file, in one move, so that its age tells whether the watcher is well: no file is written of a pass that failed.
 * It has no names of keys in it. The Left says why it could not be written.
 */
export const writeHealth = (file: string, { at, state, keys, outstanding }: WatchReport): TE.TaskEither<string, void> =>
  TE.tryCatch(
    async () => {
      const next = `${file}.next`
      await writeFile(next, `${JSON.stringify({ at, state, keys, outstanding: outstanding.length })}\n`, { mode: 0o600 })
      await rename(next, file)
    },
    (error) => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown'),
  )
