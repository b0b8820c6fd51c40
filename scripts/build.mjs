// Builds `dist/`: the library (ES modules and declarations, one file per module), the command line (one bundle) and its manual pages.
// The compiler works incrementally in `.cache/build`; `dist` is made anew each time and put in place whole.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { bundleCli, writeManPages } from './bundle-cli.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const compiled = join(root, '.cache/build/lib')
const next = join(root, `.cache/build/dist-${process.pid}`)
const dist = join(root, 'dist')

const compile = () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** What the compiler left behind from modules that are gone must not be shipped, nor the CLI's own, which are bundled. */
const isShipped = (file) => {
  const source = join(root, 'src', relative(compiled, file))
  if (source.startsWith(join(root, 'src/cli'))) return false
  if (existsSync(source)) return true
  return existsSync(source.replace(/(\.d\.ts|\.js)$/, '.ts'))
}

/** The library finds age where `bundleCli` puts it. */
const useVendoredAge = async () => {
  const file = join(next, 'adapters/age/age.js')
  const text = await readFile(file, 'utf8')
  const changed = text.replaceAll("import('age-encryption')", "import('../../vendor/age-encryption.js')")
  if (changed === text) throw new Error(`${file} loads age-encryption in another way than the build knows`)
  await writeFile(file, changed)
}

/** The declarations that a program can reach from what the package exports; nobody ever reads the others. */
const reachable = async (file, seen = new Set()) => {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = await readFile(file, 'utf8')
  const named = [...text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g)].map(([, path]) => join(dirname(file), `${path}.d.ts`))
  for (const each of named) await reachable(each, seen)
  return seen
}

const dropOtherDeclarations = async () => {
  const kept = await reachable(join(next, 'testing/index.d.ts'), await reachable(join(next, 'index.d.ts')))
  for (const file of await readdir(next, { recursive: true }))
    if (file.endsWith('.d.ts') && !kept.has(join(next, file))) await rm(join(next, file))
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
await bundleCli({ root, entry: join(root, 'src/cli/main.ts'), outdir: join(next, 'bin'), name: 'lean-vault' })
await useVendoredAge()
await dropOtherDeclarations()
await writeManPages({ root, outdir: join(next, 'man'), scratch: join(root, '.cache/build') })
await place()
console.error(`built ${relative(root, dist)} in ${((performance.now() - began) / 1000).toFixed(1)} s`)
