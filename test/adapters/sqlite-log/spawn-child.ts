import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'esbuild'

import { newerNode } from './newer-node.js'

const root = join(import.meta.dirname, '../../..')

/** One file that plain Node runs: starting it through a TypeScript loader would take longer than its life. */
export const bundleChild = async (name: string): Promise<string> => {
  const folder = join(root, '.cache', 'test')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${name}-${process.pid}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, 'children', `${name}.ts`)],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile,
    logLevel: 'error',
  })
  return outfile
}

/** Each way to run a child on this machine: the Node and the driver that it is to use. */
export const ways: ReadonlyArray<readonly [string, 'libsql' | 'node:sqlite']> = [
  [process.execPath, 'libsql'],
  ...(newerNode === null ? [] : [[newerNode, 'node:sqlite'] as const]),
]

export interface Child {
  readonly process: ChildProcess
  /** What it has told so far, line by line; the last one only once it is whole. */
  readonly told: () => ReadonlyArray<readonly [string, string]>
  /** Its exit code, or the signal that ended it, after all that it told has arrived. */
  readonly ended: Promise<number | string | null>
  readonly complaints: () => string
}

export const startChild = ([node, driver]: readonly [string, string], script: string, folder: string, ...more: string[]): Child => {
  // Reading extra certificates at start costs Node 20 more time than the child lives.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: '' }
  const child = spawn(node, [script, folder, driver, ...more], { stdio: ['ignore', 'pipe', 'pipe'], env })
  let out = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const ended = new Promise<number | string | null>((resolve) => {
    child.on('close', (code, signal) => {
      resolve(signal ?? code)
    })
  })
  const told = () => out.split('\n').slice(0, -1).map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? ''] as const)
  return { process: child, told, ended, complaints: () => complaints }
}
