import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { build } from 'esbuild'

/**
 * yaml offers Node its CommonJS build only, and esbuild gives an `import()` of such a module no named exports. Its other
 * build is the same code in ES modules.
 */
const yamlModules = join(dirname(createRequire(import.meta.url).resolve('yaml/package.json')), 'browser/index.js')

/** CommonJS packages inside an ES module ask for `require` when they reach for Node's own modules. */
const requireShim =
  "import { createRequire as $createRequire } from 'node:module'\nconst require = $createRequire(import.meta.url)\n"

const withShim = (text) => {
  if (!text.includes('typeof require')) return text
  const [, shebang, rest] = /^(#!.*\n)?([\s\S]*)$/.exec(text)
  return `${shebang ?? ''}${requireShim}${rest}`
}

const withShebang = (text) => (text.startsWith('#!') ? text : `#!/usr/bin/env node\n${text}`)

/** The folders, below `node_modules`, of the packages of which something went into the bundle. */
const bundledPackages = (metafile) => {
  const folders = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort()
}

/** Whoever passes the bundle on passes these packages on, and their licences ask to go with them. */
const licences = async (root, folders) => {
  const sections = folders.map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
    const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry))
    if (file === undefined) throw new Error(`${name} is bundled, and no licence file lies in ${folder}`)
    return `${name} ${version} (${license})\n\n${(await readFile(join(root, folder, file), 'utf8')).trim()}\n`
  })
  return `The files of this folder contain code of these packages.\n\n${(await Promise.all(sections)).join('\n---\n\n')}`
}

/** Dependencies that few runs need, or that have native parts: loaded from where npm put them. */
const external = ['libsql', 'nodemailer']

/**
 * age, with the parts of its five dependencies that it uses, in one file of 200 kB instead of six megabytes of packages. The
 * library and the command line share it.
 */
export const bundleAge = async ({ root, outdir }) => {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { 'age-encryption': 'age-encryption' },
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  })
  await mkdir(outdir, { recursive: true })
  for (const { path, text } of outputFiles) await writeFile(path, text)
  await writeFile(join(outdir, 'THIRD-PARTY-LICENSES.txt'), await licences(root, bundledPackages(metafile)))
}

/** Manual pages of the same sources as `--help`, by a program that is bundled for this and thrown away. */
export const writeManPages = async ({ root, outdir, scratch }) => {
  const outfile = join(scratch, `write-man-${process.pid}.mjs`)
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/reference/write-man.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  })
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const { writeMan } = await import(pathToFileURL(outfile).href)
  await writeMan(outdir, version)
  await rm(outfile)
}

/** What is not bundled in `bin`: undici's whole package, which stands behind the files of it that are, and age. */
const besideBin = {
  name: 'beside-bin',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, external: true }))
    onResolve({ filter: /^age-encryption$/ }, () => ({ path: '../vendor/age-encryption.js', external: true }))
  },
}

/** What the quick `get` may load late. Everything else that is loaded late is the whole program's business. */
const ofQuickGet = /\/(node-sqlite-driver|libsql-driver)\.js$/

const leftOut = {
  name: 'left-out',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind !== 'dynamic-import' || ofQuickGet.test(path) ? null : { path, namespace: 'left-out' },
    )
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: "throw new Error('left to the whole program')" }))
  },
}

const handedOver = (program) => ({
  name: 'handed-over',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/main\.js$/ }, () => ({ path: `./${program}`, external: true }))
  },
})

/**
 * The file that is started, and `get` of a key of a vault with a key file in another one; all else is handed over to `program`.
 * CommonJS, which Node starts about 10 ms sooner than an ES module, and in one scope each, without a function per module.
 */
const bundleStart = async ({ root, outdir, program, define }) => {
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: { 'fp-ts/lib': 'fp-ts/es6', 'io-ts/lib': 'io-ts/es6' },
    define: { ...define, 'import.meta.url': '__filename' },
    external,
    // Names too: what fails here is not shown, the whole program is asked instead.
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  }
  const quickGet = build({
    ...common,
    entryPoints: [join(root, 'src/cli/quick-get.ts')],
    outfile: join(outdir, 'quick-get.cjs'),
    plugins: [leftOut],
  })
  const { outputFiles } = await build({
    ...common,
    entryPoints: [join(root, 'src/cli/start.ts')],
    outfile: join(outdir, 'start.cjs'),
    plugins: [handedOver(program)],
    // It exports nothing, and says so: publint takes a file without this for an ES module.
    footer: { js: ';module.exports = {}' },
    write: false,
  })
  await quickGet
  for (const { path, text } of outputFiles) await writeFile(path, text)
}

/**
 * Bundles the command line into `outdir`: `<name>.js`, `<name>.cjs`, which any Node can read and which goes on to the quick start, and a file per part that is loaded only when needed; age goes beside it.
 * One file reads faster than the hundreds it is made of. Names stay as they are, so that a stack trace can be read.
 */
export const bundleCli = async ({ root, entry, outdir, name, define = {} }) => {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { [name]: entry },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: { 'fp-ts/lib': 'fp-ts/es6', 'io-ts/lib': 'io-ts/es6', yaml: yamlModules },
    external,
    define,
    plugins: [besideBin],
    chunkNames: '[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  })
  await mkdir(outdir, { recursive: true })
  await bundleStart({ root, outdir, program: `${name}.js`, define })
  const begin = await readFile(join(root, 'scripts/bin-entry.cjs'), 'utf8')
  await writeFile(join(outdir, `${name}.cjs`), `#!/usr/bin/env node\n${begin}`, { mode: 0o755 })
  await bundleAge({ root, outdir: join(dirname(outdir), 'vendor') })
  for (const { path, text } of outputFiles) {
    const isEntry = basename(path) === `${name}.js`
    const shimmed = withShim(text)
    await writeFile(path, isEntry ? withShebang(shimmed) : shimmed, { mode: isEntry ? 0o755 : 0o644 })
  }
  await writeFile(join(outdir, 'THIRD-PARTY-LICENSES.txt'), await licences(root, bundledPackages(metafile)))
}
