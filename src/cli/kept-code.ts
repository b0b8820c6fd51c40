import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'

const sha256 = (bytes: Uint8Array): Buffer => process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest()

const digestLength = 32

/** What was kept, if it is ours, nobody else can write it, and it is whole: V8 itself looks only at lengths and versions. */
const readKept = (file: string): Buffer | null => {
  try {
    const open = openSync(file, 'r')
    try {
      const { mode, uid } = fstatSync(open)
      if ((mode & 0o022) !== 0 || uid !== process.getuid?.()) return null
      const kept = readFileSync(open)
      const code = kept.subarray(digestLength)
      return sha256(code).equals(kept.subarray(0, digestLength)) ? code : null
    } finally {
      closeSync(open)
    }
  } catch {
    return null
  }
}

const keep = (file: string, beginning: string, script: Script): void => {
  const folder = dirname(file)
  const fresh = `${file}.${process.pid}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(fresh, '', { flag: 'wx', mode: 0o600 })
    const code = script.createCachedData()
    writeFileSync(fresh, Buffer.concat([sha256(code), code]))
    renameSync(fresh, file)
    for (const old of readdirSync(folder)) if (old.startsWith(beginning) && old !== basename(file)) rmSync(join(folder, old), { force: true })
  } catch {
    rmSync(fresh, { force: true })
  }
}

/** A module of CommonJS, and what keeps the compiled code of all that ran of it, where that was not kept yet. */
export interface Loaded {
  readonly exports: unknown
  readonly keep: () => void
}

/**
 * Loads a CommonJS file of ours by what V8 compiled when it ran before, the functions that ran among it. Node's own compile cache
 * comes with 22.1 and keeps less. `folder` must be the user's own: what lies in it is run.
 * https://nodejs.org/api/vm.html#scriptcreatecacheddata
 */
export const loadKept = (path: string, folder: string | null, load: NodeJS.Require): Loaded => {
  const source = readFileSync(path)
  const beginning = `${basename(path, '.cjs')}-${process.version}-${process.arch}-`
  const file = folder === null ? null : join(folder, beginning + sha256(source).toString('hex').slice(0, digestLength))
  const cachedData = file === null ? null : readKept(file)
  // What the build writes is ASCII, and so it is read fastest.
  const text = `(function (exports, require, module, __filename, __dirname) {${source.toString('latin1')}\n})`
  const script = new Script(text, { filename: path, ...(cachedData === null ? {} : { cachedData }) })
  const made = { exports: {} }
  const run = script.runInThisContext() as (...parts: ReadonlyArray<unknown>) => void
  run(made.exports, load, made, path, dirname(path))
  const isKept = cachedData !== null && script.cachedDataRejected !== true
  return { exports: made.exports, keep: () => (file === null || isKept ? undefined : keep(file, beginning, script)) }
}
