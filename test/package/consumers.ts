import { spawn } from 'node:child_process'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { isLeft } from 'fp-ts/lib/Either.js'

import { type Sandbox, startSandbox } from '../../src/index.js'
import { type InstalledPackage, root, run } from './installed-package.js'

/** Programs of somebody outside, compiled against the installed package. */
export interface Consumer {
  /** What the compiler complains of; nothing. */
  readonly complaints: string
  /** Runs a compiled program to its end on a vault at a sandbox; what it prints. */
  readonly run: (program: string) => Promise<string>
  /** Runs one that serves until it is stopped, while `use` uses it at the address that it prints. */
  readonly serve: (program: string, env: Readonly<Record<string, string>>, use: (url: string) => Promise<void>) => Promise<number | null>
  readonly dispose: () => Promise<void>
}

const here = join(root, 'test/package/consumers')

const environmentAt = (folder: string, { url, managementKey }: Sandbox): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  OPENROUTER_BASE_URL: url,
  LEAN_VAULT_MANAGEMENT_KEY: managementKey,
  LEAN_VAULT_HOME: join(folder, 'vault'),
})

const ended = (folder: string, program: string, env: Readonly<Record<string, string>>, onText: (text: string, stop: () => void) => void): Promise<{ readonly code: number | null; readonly text: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, 'out', `${program}.js`)], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more
        onText(text, () => child.kill('SIGTERM'))
      })
    child.once('close', (code) => resolve({ code, text }))
  })

/** The TypeScript consumer with the examples beside it, compiled. */
export const compileConsumer = async (installed: InstalledPackage): Promise<Consumer> => {
  const folder = join(installed.consumer, 'typescript')
  await mkdir(folder)
  await cp(join(here, 'esm-typescript'), folder, { recursive: true })
  await cp(join(root, 'examples/library'), folder, { recursive: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const complaints = await run(process.execPath, [tsc, '-p', folder, '--typeRoots', join(root, 'node_modules/@types')], folder).catch((error: unknown) =>
    String((error as { readonly stdout?: string }).stdout),
  )
  const started = await startSandbox()()
  if (isLeft(started)) throw new Error(started.left.message)
  const sandbox = started.right
  const env = environmentAt(folder, sandbox)
  return {
    complaints,
    run: async (program) => (await ended(folder, program, env, () => undefined)).text,
    serve: async (program, own, use) => {
      let isUsed = false
      const { code } = await ended(folder, program, { ...env, ...own }, (text, stop) => {
        const [url] = /http:\S+/.exec(text) ?? []
        if (isUsed || url === undefined) return
        isUsed = true
        void use(url).finally(stop)
      })
      return code
    },
    dispose: async () => {
      await sandbox.close()
    },
  }
}

/** The names of the examples for the library. */
export const exampleNames = async (): Promise<ReadonlyArray<string>> =>
  (await readdir(join(root, 'examples/library'))).map((file) => file.replace(/\.ts$/, '')).sort()

/** The CommonJS consumer, run by this Node. */
export const runCommonJs = async (installed: InstalledPackage, node: string): Promise<string> => {
  const file = join(installed.consumer, 'main.cjs')
  await cp(join(here, 'commonjs/main.cjs'), file)
  return await run(node, [file], installed.consumer)
}

interface Licensed {
  readonly name: string
  readonly license?: unknown
}

/** The licence of each package that an installation brings, by its path. */
export const licencesOf = async ({ consumer, locked }: InstalledPackage): Promise<ReadonlyMap<string, string>> => {
  const read = async (path: string): Promise<readonly [string, string]> => {
    const { license } = JSON.parse(await readFile(join(consumer, path, 'package.json'), 'utf8')) as Licensed
    return [path.replace(/^.*node_modules\//, ''), typeof license === 'string' ? license : 'none']
  }
  return new Map(await Promise.all([...locked.keys()].map(read)))
}
