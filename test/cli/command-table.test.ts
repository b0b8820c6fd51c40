import { describe, expect, it } from 'vitest'
import { Command } from 'commander'

import { commandsFor, commandTable } from '../../src/cli/command-table.js'

const act = (): Promise<void> => Promise.resolve()

const namesFor = async (argv: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const program = new Command()
  for (const { registers } of await commandsFor(argv)) for (const register of registers) register(program, act)
  return program.commands.map((command) => command.name())
}

const tabled = commandTable.flatMap(({ commands }) => commands.map(({ name }) => name))

describe('the table of commands', () => {
  it('names each command as the command names itself', async () => {
    for (const { name, load } of commandTable.flatMap(({ commands }) => commands)) {
      const program = new Command()
      ;(await load())(program, act)
      expect(program.commands.map((command) => command.name())).toEqual([name])
    }
  })

  it.each([[['get', 'my-key']], [['--json', 'get', 'my-key']], [['--home', 'list', 'get']], [['--home=x', '-q', 'get']], [['get', '--help']]])(
    'loads one command for %j',
    async (argv) => expect(await namesFor(argv)).toEqual(['get']),
  )

  it.each([[[]], [['--help']], [['--version']], [['help', 'get']], [['gett', 'my-key']], [['completion', 'bash']], [['--home']], [['--', 'get']]])(
    'loads all commands for %j',
    async (argv) => expect([...(await namesFor(argv))].sort()).toEqual([...tabled].sort()),
  )
})
