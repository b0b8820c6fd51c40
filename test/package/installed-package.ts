import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The project's folder, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')

/** What npm tells its scripts about the project it runs in would mislead an npm that runs in another folder. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_(lifecycle|package|config_local_prefix)|INIT_CWD|LEAN_VAULT_|NODE_OPTIONS)/.test(name)),
)

const execute = promisify(execFile)

/** Runs a program to its end; what it prints on stdout. Fails with its stderr when it exits with another code than 0. */
export const run = async (file: string, args: ReadonlyArray<string>, cwd: string): Promise<string> => {
  const { stdout } = await execute(file, [...args], { cwd, env: environment, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** One package in the lock file of an installation. */
export interface LockedPackage {
  readonly version: string
  readonly hasInstallScript?: boolean
}

/** The package as npm would publish it, installed into an empty project. */
export interface InstalledPackage {
  readonly tarball: string
  readonly tarballSize: number
  readonly files: ReadonlyArray<string>
  /** The project that it was installed into. */
  readonly consumer: string
  /** What the installation brought, by its path below the consumer. */
  readonly locked: ReadonlyMap<string, LockedPackage>
  readonly dispose: () => Promise<void>
}

interface Packed {
  readonly filename: string
  readonly size: number
  readonly files: ReadonlyArray<{ readonly path: string }>
}

/** npm 12 answers with an object by package name, its forerunners with a list. */
const firstPacked = (answer: string): Packed => {
  const [packed] = Object.values(JSON.parse(answer) as Record<string, Packed>)
  if (packed === undefined) throw new Error('npm packed nothing')
  return packed
}

/** Packs what `npm run build` made and installs it. */
export const installPackage = async (): Promise<InstalledPackage> => {
  const consumer = await mkdtemp(join(tmpdir(), 'lean-vault-package-'))
  const packed = firstPacked(await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer], root))
  const tarball = join(consumer, packed.filename)
  await writeFile(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], consumer)
  const lock = await readFile(join(consumer, 'node_modules/.package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, LockedPackage>> }
  return {
    tarball,
    tarballSize: packed.size,
    files: packed.files.map(({ path }) => path),
    consumer,
    locked: new Map(Object.entries(packages)),
    dispose: () => rm(consumer, { recursive: true, force: true }),
  }
}
