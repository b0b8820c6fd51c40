// Writes every document that is made of something else: `npm run docs`; with names, those alone: `npm run docs docs/api.md`. Tests under test/docs fail while one is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { played } from '../test/docs/readme-transcript.js'
import { drawn, statesPage } from './draw-states.js'
import { apiPage } from './reference/api-page.js'
import { cliPage } from './reference/cli-page.js'
import { manifestText } from './reference/manifest.js'
import { publicApi } from './reference/public-api.js'

const root = join(import.meta.dirname, '..')

/** Each file below the project's folder, and how it is made. */
const documents: Readonly<Record<string, () => Promise<string>>> = {
  'docs/states.md': () => Promise.resolve(drawn(statesPage())),
  'docs/api.md': () => Promise.resolve(apiPage(publicApi())),
  'docs/cli.md': cliPage,
  'README.md': () => played(readFileSync(join(root, 'README.md'), 'utf8')),
  'package.json': manifestText,
}

const asked = process.argv.slice(2)
for (const [file, made] of Object.entries(documents)) {
  if (asked.length > 0 && !asked.includes(file)) continue
  const path = join(root, file)
  const text = await made()
  const isNew = !existsSync(path) || text !== readFileSync(path, 'utf8')
  if (isNew) writeFileSync(path, text)
  console.log(`${isNew ? 'written' : 'as it was'}: ${file}`)
}
