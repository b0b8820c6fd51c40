import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { manPages } from './man-pages.js'

interface Manifest {
  readonly version: string
  readonly bin: unknown
}

/** package.json with the list of manual pages that the build makes, right behind the programs. npm needs them one by one. */
export const manifestText = async (): Promise<string> => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as Manifest
  const man = (await manPages(manifest.version)).map(({ file }) => `./dist/man/${file}`)
  const fields = Object.entries({ ...manifest, man }).filter(([name]) => name !== 'man')
  const ordered = fields.flatMap(([name, value]) => (name === 'bin' ? [[name, value], ['man', man]] : [[name, value]]))
  return `${JSON.stringify(Object.fromEntries(ordered), null, 2)}\n`
}
