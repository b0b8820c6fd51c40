import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Bench, makeBench } from './bench.js'

const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'
const isHere = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0

let bench: Bench
let folder: string
const scripts = new Map<string, string>()

beforeAll(async () => {
  bench = makeBench()
  folder = mkdtempSync(join(tmpdir(), 'lean-vault-completion-'))
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await bench.run(['completion', shell])
    scripts.set(shell, join(folder, shell))
    writeFileSync(join(folder, shell), stdout)
  }
  // Stands for the program where a script asks for names.
  writeFileSync(join(folder, 'lean-vault'), '#!/bin/sh\n[ "$1" = __names ] && printf "my-key\\nother.key\\n"\n')
  chmodSync(join(folder, 'lean-vault'), 0o755)
})
afterAll(() => {
  bench.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const whenHere = (shell: string, body: () => void): void => {
  if (isHere(shell) || required) return body()
  console.warn(`skipped: the completion script for ${shell} (${shell} is not installed)`)
  describe(`the script for ${shell}`, () => it.skip(`needs ${shell}`, () => undefined))
}

const inShell = (shell: string, command: string): string => {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout
}

describe('every script', () => {
  const commands = ['init', 'add', 'get', 'exec', 'list', 'show', 'suspend', 'resume', 'remove', 'reconcile', 'history']

  it.each(['bash', 'zsh', 'fish'])('for %s names every command and no hidden one', async (shell) => {
    const { stdout, exit } = await bench.run(['completion', shell])
    expect(exit).toBe(0)
    for (const command of [...commands, 'credentials', 'config', 'sandbox', 'completion', 'version']) expect(stdout).toContain(command)
    expect(stdout).toContain('monthly-limit')
    expect(stdout.match(/__names/g)?.length).toBeGreaterThan(5)
    expect(stdout).not.toMatch(/a __names|'__names:/)
  })
})

describe('the names', () => {
  it('are those of the vault, one a line, and nothing where there is no vault', async () => {
    expect(await bench.run(['__names'])).toMatchObject({ exit: 0, stdout: '', stderr: '' })
    await bench.run(['init'], { stdin: bench.managementKey })
    for (const name of ['one', 'two', 'gone']) await bench.run(['add', name])
    await bench.run(['remove', 'gone', '--yes'])
    expect(await bench.run(['__names'])).toMatchObject({ exit: 0, stdout: 'one\ntwo\n', stderr: '' })
  })
})

whenHere('bash', () => {
  describe('the script for bash', () => {
    const completed = (...words: ReadonlyArray<string>): ReadonlyArray<string> => {
      const quoted = words.map((word) => `'${word}'`).join(' ')
      const command = `. '${scripts.get('bash') ?? ''}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _lean_vault; printf '%s\\n' "\${COMPREPLY[@]}"`
      return inShell('bash', command).split('\n').filter((line) => line !== '')
    }

    it('is valid', () => {
      inShell('bash', `bash -n '${scripts.get('bash') ?? ''}'`)
    })

    it.each([
      [['re'], ['restore', 'resume', 'remove', 'reconcile']],
      [['get', ''], expect.arrayContaining(['my-key', 'other.key', '--json'])],
      [['get', 'o'], ['other.key']],
      [['--json', 'show', 'm'], ['my-key']],
      [['--home', 'x', 'show', 'm'], ['my-key']],
      [['add', '--mon'], ['--monthly-limit']],
      [['list', '--state', 'rem'], ['removing', 'removed']],
      [['credentials', ''], expect.arrayContaining(['set', 'check'])],
      [['completion', 'f'], ['fish']],
      [['exec', 'my-key', '--', 'm'], []],
    ])('completes %j', (words, expected) => {
      expect(completed('lean-vault', ...words)).toEqual(expected)
    })
  })
})

whenHere('zsh', () => {
  describe('the script for zsh', () => {
    it('is valid', () => {
      inShell('zsh', `zsh -n '${scripts.get('zsh') ?? ''}'`)
    })

    it('can be sourced', () => {
      inShell('zsh', `autoload -U compinit && compinit -u -D && . '${scripts.get('zsh') ?? ''}' && (( $+_comps[lean-vault] ))`)
    })
  })
})

whenHere('fish', () => {
  describe('the script for fish', () => {
    it('is valid', () => {
      inShell('fish', `fish --no-execute '${scripts.get('fish') ?? ''}'`)
    })

    it('completes commands, flags and names', () => {
      const complete = (line: string): string => inShell('fish', `source '${scripts.get('fish') ?? ''}'; complete -C '${line}'`)
      expect(complete('lean-vault re')).toMatch(/^reconcile\t/m)
      expect(complete('lean-vault get o')).toMatch(/^other\.key/m)
      expect(complete('lean-vault add --mon')).toMatch(/^--monthly-limit\t/m)
    })
  })
})
