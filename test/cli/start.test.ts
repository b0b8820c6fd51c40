import { fileURLToPath } from 'node:url'

import { build, type Metafile } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

let metafile: Metafile
beforeAll(async () => {
  const built = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outdir: 'unwritten',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: { 'fp-ts/lib': 'fp-ts/es6', 'io-ts/lib': 'io-ts/es6' },
    external: ['libsql'],
    metafile: true,
    logLevel: 'error',
  })
  metafile = built.metafile
}, 60_000)

/** All that is loaded with one output file: what it imports at once, and what that imports. */
const loadedWith = (output: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(output)) return seen
  seen.add(output)
  for (const { path, kind } of metafile.outputs[output]?.imports ?? [])
    if (kind === 'import-statement' && path in metafile.outputs) loadedWith(path, seen)
  return seen
}

const sourcesOf = (outputs: ReadonlySet<string>): ReadonlyArray<string> =>
  [...outputs].flatMap((output) => Object.keys(metafile.outputs[output]?.inputs ?? {}))

const outputOf = (entry: string): string => {
  const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry)
  if (found === undefined) throw new Error(`${entry} is no part of its own`)
  return found[0]
}

const late = [/node_modules\/(undici|yaml|nodemailer|age-encryption)\//, /@clack/, /adapters\/(simulated-openrouter|sandbox|openrouter|backup|go-vault)\//]
const library = [/node_modules\/(tsyringe|io-ts)\//, /src\/index\.ts/, /adapters\/(sqlite-log|sealing|event-codec)\//]

const among = (sources: ReadonlyArray<string>, patterns: ReadonlyArray<RegExp>): ReadonlyArray<string> =>
  sources.filter((source) => patterns.some((pattern) => pattern.test(source)))

describe('what is loaded', () => {
  it('to start: the command line alone', () => {
    const sources = sourcesOf(loadedWith(outputOf('src/cli/main.ts')))
    expect(among(sources, [/node_modules\/commander\//])).not.toEqual([])
    expect(among(sources, [...late, ...library, /src\/cli\/commands\//])).toEqual([])
  })

  it('to hand out a key: no HTTP, no YAML, no questions, no sandbox, no alerts and no change of anything', () => {
    const sources = sourcesOf(loadedWith(outputOf('src/index.ts')))
    expect(among(sources, [/adapters\/sealing\//])).not.toEqual([])
    expect(among(sources, [...late, /application\/(perform|make-vault|alerts\/make-alerts)/])).toEqual([])
  })

  it('is small to start with', () => {
    const bytes = (outputs: ReadonlySet<string>): number =>
      [...outputs].reduce((sum, output) => sum + (metafile.outputs[output]?.bytes ?? 0), 0)
    expect(bytes(loadedWith(outputOf('src/cli/main.ts')))).toBeLessThan(250_000)
    expect(bytes(loadedWith(outputOf('src/index.ts')))).toBeLessThan(400_000)
  })
})
