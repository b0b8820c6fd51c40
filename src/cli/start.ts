import { fstatSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

import { loadKept } from './kept-code.js'
import type * as Quick from './quick-get.js'

const usualCache = (): string | undefined => {
  try {
    return join(homedir(), '.cache')
  } catch {
    // The system knows neither the user nor a home folder, as in many a container: nothing is kept.
    return undefined
  }
}

/**
 * Where what was compiled may be kept, by us and by Node (22.1 and later), so that the next start is sooner. A folder of the user's own: in Node's
 * choice, below the system's folder for temporary files, somebody else could lay code for us.
 */
const compiledFolder = (env: NodeJS.ProcessEnv): string | null => {
  const folder = [env['XDG_CACHE_HOME'], env['LOCALAPPDATA'], usualCache()].find((path) => path !== undefined && isAbsolute(path))
  return folder === undefined ? null : join(folder, 'lean-vault')
}

const keepCompiled = (): void => {
  const { enableCompileCache } = process.getBuiltinModule('node:module') as { readonly enableCompileCache?: (folder: string) => unknown }
  const folder = compiledFolder(process.env)
  if (folder !== null) enableCompileCache?.(folder)
}

/** The name in `get <name>` without a flag, which scripts run again and again; null for every other command line. */
const plainGet = ([command, name, ...more]: ReadonlyArray<string>): string | null =>
  command === 'get' && name !== undefined && !name.startsWith('-') && more.length === 0 ? name : null

/** Whether stdout may be a terminal. To ask `node:tty` would load all of Node's network. */
const mayBeTerminal = (): boolean => fstatSync(1).isCharacterDevice()

/** Whether the secret was printed. A key file opens the vault, and nothing is to be said but the secret: else the answer is no. */
const answeredAtOnce = async (): Promise<boolean> => {
  const name = plainGet(process.argv.slice(2))
  if (name === null) return false
  const end = { SIGINT: () => process.exit(130), SIGTERM: () => process.exit(143) }
  process.once('SIGINT', end.SIGINT).once('SIGTERM', end.SIGTERM)
  try {
    if (mayBeTerminal()) return false
    const loaded = loadKept(join(__dirname, 'quick-get.cjs'), compiledFolder(process.env), require)
    const secret = await (loaded.exports as typeof Quick).quickGet(name)
    if (secret === null) return false
    writeSync(1, secret)
    loaded.keep()
    return true
  } catch {
    return false
  } finally {
    process.off('SIGINT', end.SIGINT).off('SIGTERM', end.SIGTERM)
  }
}

const start = async (): Promise<void> => {
  // What is not answered at once has changed nothing, and the whole program begins anew.
  if (await answeredAtOnce()) process.exit(0)
  keepCompiled()
  await import('./main.js')
}

void start()
