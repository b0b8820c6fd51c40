import { readFile, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { build } from 'esbuild'

/** age goes beside the library, and this path is right for the chunks, one of which loads it. */
const ageBeside = {
  name: 'age-beside',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^age-encryption$/ }, () => ({ path: '../vendor/age-encryption.js', external: true }))
    onResolve({ filter: /^[^./]/ }, ({ path }) => ({ path, external: true }))
  },
}

const checkAge = async (outdir, entries) => {
  const wrong = await Promise.all(
    Object.keys(entries).map(async (entry) => (await readFile(join(outdir, `${entry}.js`), 'utf8')).includes('vendor/age-encryption')),
  )
  if (wrong.includes(true)) throw new Error('an entry loads age itself, by a path that is right for chunks only')
}

/** Bundles the library: a file for each entry, and chunks for what entries share or load late. Names and comments that tell why stay. */
export const bundleLibrary = async ({ compiled, entries, outdir, define }) => {
  await build({
    absWorkingDir: compiled,
    entryPoints: Object.fromEntries(Object.keys(entries).map((entry) => [entry, `${entry}.js`])),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    define,
    plugins: [ageBeside],
    chunkNames: 'lib/[name]-[hash]',
    legalComments: 'none',
    logLevel: 'warning',
  })
  await checkAge(outdir, entries)
}

const specifiers = /(?:from\s|import\(|import\s)\s*['"](\.[^'"]+)['"]/g

const reached = async (file, seen) => {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = await readFile(file, 'utf8')
  for (const [, path] of text.matchAll(specifiers)) await reached(resolve(dirname(file), path.replace(/\.js$/, '.d.ts')), seen)
  return seen
}

/** Declarations that no entry leads to are nobody's. */
export const dropUnreached = async ({ entries, outdir }) => {
  const seen = new Set()
  for (const entry of Object.keys(entries)) await reached(join(outdir, `${entry}.d.ts`), seen)
  const all = await readdir(outdir, { recursive: true })
  const idle = all.filter((file) => file.endsWith('.d.ts') && !seen.has(join(outdir, file)))
  await Promise.all(idle.map((file) => rm(join(outdir, file))))
}
