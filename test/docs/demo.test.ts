import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { root } from '../architecture/project-files.js'

interface Shown {
  readonly code: number
  readonly text: string
}

const patience = 90_000
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lean-vault-demo-test-'))
  if (!existsSync(join(root, 'dist/bin/lean-vault.js'))) throw new Error('dist is not built: npm run build')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a demonstration whose temporary files go below `folder`. */
const play = (script: string, temporary: string): Promise<Shown> => {
  mkdirSync(temporary)
  const env = { ...process.env, TMPDIR: temporary, LEAN_VAULT_HOME: join(folder, 'not-this-one') }
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env, timeout: patience }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), text: stdout + stderr }),
    )
  })
}

describe('npm run demo', () => {
  it('shows what it says, in 80 columns, without a secret, and leaves nothing behind', { timeout: patience }, async () => {
    const temporary = join(folder, 'whole')
    const { code, text } = await play(join(root, 'scripts/demo.mjs'), temporary)
    expect(text).toMatch(/\n(\d+) of \1 claims held/)
    expect(code).toBe(0)
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).not.toMatch(/sk-or-v1-[0-9a-f]{16}/)
    expect(readdirSync(temporary)).toEqual([])
    expect(existsSync(join(folder, 'not-this-one'))).toBe(false)
  })

  it('fails when a command does not do what it says', { timeout: patience }, async () => {
    const other = join(folder, 'other')
    mkdirSync(join(other, 'dist/bin'), { recursive: true })
    cpSync(join(root, 'scripts/demo.mjs'), join(other, 'scripts/demo.mjs'))
    symlinkSync(join(root, 'dist/index.js'), join(other, 'dist/index.js'))
    writeFileSync(join(other, 'package.json'), '{"type":"module"}')
    const real = JSON.stringify(join(root, 'dist/bin/lean-vault.js'))
    // A program that says that it removed the key, and did not.
    const liar = `if (process.argv[2] === 'remove') console.log('Removed batch.'); else await import(${real})`
    writeFileSync(join(other, 'dist/bin/lean-vault.js'), liar)
    const { code, text } = await play(join(other, 'scripts/demo.mjs'), join(folder, 'lying'))
    expect(text).toContain('NOT SO')
    expect(code).toBe(1)
    expect(readdirSync(join(folder, 'lying'))).toEqual([])
  })
})
