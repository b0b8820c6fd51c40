import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

import { promises, secret, startSandbox } from '../../src/index.js'
import { openParts, templateOf, type Template, told } from './grow-vault.js'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const program = join(root, 'dist/bin/lean-vault.cjs')

/** Where everything of one run lies, with a simulated OpenRouter. */
export interface Scene {
  readonly folder: string
  /** The environment of every program: no certificates, which Node would load at every start, and no settings of this machine. */
  readonly env: Readonly<Record<string, string>>
  /** An empty vault of its own, in `home`, with its key beside it in `config`. */
  readonly vault: (name: string, passphrase?: string) => Promise<{ readonly home: string; readonly env: Readonly<Record<string, string>> }>
  /** Runs one measurement of `worker.ts` under a Node. */
  readonly worker: (node: string, what: string, given: object, env: Readonly<Record<string, string>>) => Promise<WorkerTaken>
  readonly dispose: () => Promise<void>
}

export interface WorkerTaken {
  readonly result: unknown
  readonly wall: number
  readonly cpu: number
  readonly memory: number
}

/** The worker in one file below the project, so that it finds what is not bundled, and starts without a compiler. */
const bundleWorker = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'worker.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'scripts/bench/worker.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['libsql', 'nodemailer', 'undici', 'age-encryption', 'yaml', 'tsyringe', '@abraham/reflection'],
    logLevel: 'warning',
  })
  return outfile
}

const runWorker = (file: string) => (node: string, what: string, given: object, env: Readonly<Record<string, string>>): Promise<WorkerTaken> =>
  new Promise((resolve, reject) => {
    const child = spawn(node, [file, what, JSON.stringify(given)], { env: { ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => void (text += more))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as WorkerTaken)
      else reject(new Error(`the measurement ${what} ended with ${code}`))
    })
  })

export const makeScene = async (): Promise<Scene> => {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/bench-'))
  const sandbox = await told(startSandbox())
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, OPENROUTER_BASE_URL: sandbox.url }
  return {
    folder,
    env,
    vault: async (name, passphrase) => {
      const home = join(folder, name)
      const own = { ...env, LEAN_VAULT_HOME: home, XDG_CONFIG_HOME: join(folder, `${name}-config`) }
      await promises.initVault({ env: own, managementKey: secret(sandbox.managementKey), ...(passphrase === undefined ? {} : { keySource: { kind: 'passphrase', passphrase: secret(passphrase) } }) })
      return { home, env: own }
    },
    worker: runWorker(await bundleWorker(folder)),
    dispose: async () => {
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A key that was really added, suspended and resumed, as a pattern for many. */
export const liveTemplate = async (env: Readonly<Record<string, string>>): Promise<Template> => {
  const name = 'template'
  const vault = await promises.openVault({ env })
  const read = async () => {
    const { store } = await openParts({ env })
    const records = await told(store.log.read(`key/${name}`))
    await told(store.log.close())
    return records
  }
  await vault.add(name, { monthlyLimit: 5 })
  const born = await read()
  await vault.suspend(name)
  await vault.resume(name)
  const all = await read()
  await vault.close()
  return templateOf(name, born, all)
}
