import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Bundler {
  readonly bundleCli: (options: Readonly<Record<'root' | 'entry' | 'outdir' | 'name', string>>) => Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The bundled program in a folder of its own below the project, so that it finds the packages that are not bundled. */
export const buildProgram = async (): Promise<{ readonly file: string; readonly dispose: () => void }> => {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/test-cli-'))
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  const { bundleCli } = (await import(new URL('../../scripts/bundle-cli.mjs', import.meta.url).href)) as Bundler
  await bundleCli({ root, entry: join(root, 'src/cli/main.ts'), outdir: join(folder, 'dist/bin'), name: 'lean-vault' })
  return {
    file: join(folder, 'dist/bin/lean-vault.cjs'),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** How a process ended and what it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when stdout holds this text. */
  readonly says: (text: string) => Promise<void>
}

/** Processes that run the program in one fresh home. */
export interface Place {
  readonly folder: string
  readonly start: (argv: ReadonlyArray<string>, env?: Readonly<Record<string, string>>, stdin?: string) => Started
  readonly run: (argv: ReadonlyArray<string>, env?: Readonly<Record<string, string>>, stdin?: string) => Promise<Ended>
  readonly dispose: () => void
}

export const makePlace = (file: string, common: Readonly<Record<string, string>>): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-bin-'))
  const own = { PATH: process.env['PATH'] ?? '', HOME: folder, LEAN_VAULT_HOME: join(folder, 'vault'), ...common }
  const start: Place['start'] = (argv, env = {}, stdin = '') => {
    const child = spawn(process.execPath, [file, ...argv], { env: { ...own, ...env }, stdio: 'pipe' })
    const out = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (out.stderr += text))
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin)
    const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal, ...out })))
    const says = async (text: string): Promise<void> => {
      while (!out.stdout.includes(text)) {
        if (child.exitCode !== null) throw new Error(`ended without saying "${text}": ${out.stdout}${out.stderr}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    return { child, ended, says }
  }
  return {
    folder,
    start,
    run: (argv, env, stdin) => start(argv, env, stdin).ended,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
