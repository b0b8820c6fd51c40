import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { readText } from '../../../src/adapters/documents/read-text.js'
import { readGoVault } from '../../../src/adapters/go-vault/read-go-vault.js'

describe('a pipe that nobody writes to', () => {
  it('is refused as a document and as a Go vault, and not waited for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lean-vault-pipe-'))
    const key = join(folder, '.secret_vault.key')
    execFileSync('mkfifo', [key, join(folder, 'secrets.vault')])
    for (const reading of [readText(key), readGoVault(folder)]) {
      const read = await reading()
      expect(E.isLeft(read) && read.left).toMatchObject({ _tag: 'InvalidInput', rule: expect.stringContaining('plain file') })
    }
  }, 5000)
})

describe('a name that names nothing', () => {
  it('is told as what it is', async () => {
    const read = await readText('')()
    expect(E.isLeft(read) && read.left).toEqual({ _tag: 'InvalidInput', field: 'the name of the file', rule: 'is empty' })
  })
})
