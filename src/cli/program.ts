import { Command } from 'commander'

import { type Act, allExits } from './command.js'
import type { LoadedGroup } from './command-table.js'
import { hasColour, type Io } from './io.js'

const widest = 120
const usual = 80

/** What the program writes its help to, and where its complaints go instead of being printed. */
export interface ProgramOutput {
  readonly io: Io
  readonly complain: (text: string) => void
}

/** A command in the list: its arguments, without the remark that it has options. */
const termOf = (command: Command): string =>
  `${command.name()} ${command.usage()}`.replace(/ ?\[(options|command)\]/g, '')

const addGlobals = (program: Command, version: string): Command =>
  program
    .version(version, '-V, --version', 'print the version')
    .option('--home <folder>', "the vault's folder (LEAN_VAULT_HOME); default: ~/.lean_vault")
    .option('--profile <name>', 'the vault in ~/.lean_vault-<name> (LEAN_VAULT_PROFILE); --home wins')
    .option('--json', 'one JSON document instead of text; errors too, as the last line of stderr')
    .option('-q, --quiet', 'results, warnings and errors only')
    .option('--debug', 'show each request, without secrets, on stderr')
    .option('--no-input', 'never ask; fail with exit 2 instead')
    .helpOption('-h, --help', 'show this help')

/** The command line, with these of its commands, as commander knows it. It never exits and prints to the given streams only. */
export const makeProgram = (
  version: string,
  groups: ReadonlyArray<LoadedGroup>,
  { io, complain }: ProgramOutput,
  act: Act,
): Command => {
  const width = (columns: number | null): number => Math.min(columns ?? usual, widest)
  const program = new Command('lean-vault')
    .description("Looks after a team's OpenRouter keys: creates, seals, hands out, limits, contains and revokes them.")
    // Before any command: later ones copy these settings.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: complain,
      outputError: complain,
      getOutHelpWidth: () => width(io.stdout.columns),
      getErrHelpWidth: () => width(io.stderr.columns),
      getOutHasColors: () => hasColour(io, io.stdout),
      getErrHasColors: () => hasColour(io, io.stderr),
    })
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf })
    .addHelpText('after', allExits)
  addGlobals(program, version)
  for (const { heading, registers } of groups) {
    program.commandsGroup(heading)
    for (const register of registers) register(program, act)
  }
  return program.helpCommand('help [command]', 'show the help of a command')
}
