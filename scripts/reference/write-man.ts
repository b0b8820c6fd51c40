import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { manPages } from './man-pages.js'

/** Writes the manual pages into a folder; the build calls it. */
export const writeMan = async (folder: string, version: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  for (const { file, text } of await manPages(version)) await writeFile(join(folder, file), text)
}
