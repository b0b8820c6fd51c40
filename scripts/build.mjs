// Builds `dist/`: the library and the command line, each bundled, the declarations that the library's entries lead to, and the manual pages.
// The compiler works incrementally in `.cache/build`; `dist` is made anew each time and put in place whole.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { bundleCli, writeManPages } from './bundle-cli.mjs'
import { bundleLibrary, dropUnreached } from './bundle-library.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const compiled = join(root, '.cache/build/lib')
const next = join(root, `.cache/build/dist-${process.pid}`)
const dist = join(root, 'dist')

const compile = () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** What the package exports, by its source below `src`. */
const entries = { index: 'index.ts', 'testing/index': 'testing/index.ts' }

/** Declarations, but for those that the compiler left behind from modules that are gone, and the CLI's own. */
const isShipped = (file) => {
  const source = join(root, 'src', relative(compiled, file))
  if (source.startsWith(join(root, 'src/cli'))) return false
  if (existsSync(source)) return true
  return file.endsWith('.d.ts') && existsSync(source.replace(/\.d\.ts$/, '.ts'))
}

const dropEmptyFolders = async (folder) => {
  const within = (await readdir(folder, { withFileTypes: true })).filter((each) => each.isDirectory())
  for (const each of within) await dropEmptyFolders(join(folder, each.name))
  if ((await readdir(folder)).length === 0) await rmdir(folder)
}

/** A digest of all that makes a state of events: a snapshot that was made by anything else is not believed. */
const foldName = async () => {
  const files = (await readdir(compiled, { recursive: true })).filter((file) => /^(domain|adapters\/event-codec)\/.*\.js$|^application\/state-text\.js$/.test(file.replaceAll('\\', '/')) && existsSync(join(root, 'src', file.replace(/\.js$/, '.ts'))))
  const hash = createHash('sha256')
  for (const file of files.sort()) hash.update(`${file}\n${await readFile(join(compiled, file), 'utf8')}\n`)
  return hash.digest('hex').slice(0, 16)
}

const place = async () => {
  const old = `${next}-old`
  if (existsSync(dist)) await rename(dist, old)
  await rename(next, dist)
  await rm(old, { recursive: true, force: true })
}

const began = performance.now()
compile()
await rm(next, { recursive: true, force: true })
await mkdir(next, { recursive: true })
await cp(compiled, next, { recursive: true, filter: isShipped })
const define = { LEAN_VAULT_FOLD: `'${await foldName()}'` }
await bundleCli({ root, entry: join(root, 'src/cli/main.ts'), outdir: join(next, 'bin'), name: 'lean-vault', define })
await writeManPages({ root, outdir: join(next, 'man'), scratch: join(root, '.cache/build') })
await bundleLibrary({ compiled, entries, outdir: next, define })
await dropUnreached({ entries, outdir: next })
await dropEmptyFolders(next)
await place()
console.error(`built ${relative(root, dist)} in ${((performance.now() - began) / 1000).toFixed(1)} s`)
