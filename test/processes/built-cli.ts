import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The built program, in a folder of its own: a build that runs meanwhile must not change it under a test. */
export interface BuiltCli {
  readonly node: string
  readonly entry: string
  readonly remove: () => void
}

/** Copies what `npm run build` made. `node` is the program that runs it; default: this one. */
export const copyBuiltCli = (node = process.execPath): BuiltCli => {
  const dist = join(root, 'dist')
  if (!existsSync(join(dist, 'bin/lean-vault.cjs'))) throw new Error('dist/ is missing: run npm run build first')
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-cli-'))
  cpSync(dist, join(folder, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return {
    node,
    entry: join(folder, 'dist/bin/lean-vault.cjs'),
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
