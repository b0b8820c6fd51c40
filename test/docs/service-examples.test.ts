import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Command } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'

import { registerWatch } from '../../src/cli/commands/watch.js'

const folder = join(import.meta.dirname, '../../examples/watch')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

/** The words after `lean-vault` in each example. */
const words: Readonly<Record<string, () => ReadonlyArray<string>>> = {
  'lean-vault-watch.service': () => /^ExecStart=.*lean-vault (.*)$/m.exec(read('lean-vault-watch.service'))?.[1]?.split(' ') ?? [],
  'org.lean-vault.watch.plist': () =>
    [...(/<array>([^]*)<\/array>/.exec(read('org.lean-vault.watch.plist'))?.[1] ?? '').matchAll(/<string>(.*)<\/string>/g)].map((found) => found[1] ?? '').slice(1),
  Containerfile: () => (JSON.parse(/^ENTRYPOINT (.*)$/m.exec(read('Containerfile'))?.[1] ?? '[]') as ReadonlyArray<string>).slice(1),
}

let flags: ReadonlySet<string>
beforeAll(() => {
  const program = new Command()
  registerWatch(program, async () => undefined)
  flags = new Set(['--json', ...(program.commands[0]?.options ?? []).map(({ long }) => long ?? '')])
})

describe('the service examples', () => {
  it('are all known here', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(words).sort())
  })

  it.each(Object.keys(words))('%s runs the watcher with flags that it has', (name) => {
    const [command, ...rest] = words[name]?.() ?? []
    expect(command).toBe('watch')
    const given = rest.filter((word) => word.startsWith('--'))
    expect(given.length).toBeGreaterThan(0)
    for (const flag of given) expect(flags).toContain(flag)
  })

  it('close every element of the property list that they open', () => {
    const open: Array<string> = []
    for (const [, slash, name = '', end] of read('org.lean-vault.watch.plist').matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(name)
      else if (end !== '/') open.push(name)
    }
    expect(open).toEqual([])
  })
})
