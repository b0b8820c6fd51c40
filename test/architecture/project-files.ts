import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')

export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const generated = new Set(['node_modules', 'dist', 'coverage'])

const below = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return generated.has(entry.name) ? [] : below(path)
    return [path.split(sep).join('/')]
  })

/** The paths of the files below `folder`, relative to the project, whose names end in one of `endings`. */
export const filesBelow = (folder: string, ...endings: ReadonlyArray<string>): ReadonlyArray<string> =>
  below(folder)
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .sort()
