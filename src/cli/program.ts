import { Command } from 'commander'

import { type Act, allExits, type Register } from './command.js'
import { registerAdd } from './commands/add.js'
import { registerAudit } from './commands/audit.js'
import { registerBackup } from './commands/backup.js'
import { registerAlerts } from './commands/alerts.js'
import { registerCompletion } from './commands/completion.js'
import { registerConfig } from './commands/config.js'
import { registerCredentials } from './commands/credentials.js'
import { registerDoctor } from './commands/doctor.js'
import { registerExec } from './commands/exec.js'
import { registerGet } from './commands/get.js'
import { registerGetUsage, registerUsage } from './commands/get-usage.js'
import { registerHistory } from './commands/history.js'
import { registerImport } from './commands/import.js'
import { registerInit } from './commands/init.js'
import { registerList } from './commands/list.js'
import { registerNames } from './commands/names.js'
import { registerPanic } from './commands/panic.js'
import { registerReconcile } from './commands/reconcile.js'
import { registerRemove } from './commands/remove.js'
import { registerRestore } from './commands/restore.js'
import { registerResume } from './commands/resume.js'
import { registerSandbox } from './commands/sandbox.js'
import { registerShow } from './commands/show.js'
import { registerSuspend } from './commands/suspend.js'
import { registerVault } from './commands/vault.js'
import { registerVersion } from './commands/version.js'
import { hasColour, type Io } from './io.js'

interface Group {
  readonly heading: string
  readonly commands: ReadonlyArray<Register>
}

const groups: ReadonlyArray<Group> = [
  { heading: 'The vault:', commands: [registerInit, registerCredentials, registerVault, registerBackup, registerRestore, registerConfig] },
  {
    heading: 'Keys:',
    commands: [registerAdd, registerGet, registerExec, registerList, registerShow, registerSuspend, registerResume, registerPanic, registerRemove, registerImport],
  },
  { heading: 'Spending:', commands: [registerGetUsage, registerUsage] },
  { heading: 'What happened, and what is owed:', commands: [registerReconcile, registerDoctor, registerHistory, registerAudit, registerAlerts] },
  { heading: 'Other:', commands: [registerSandbox, registerCompletion, registerVersion, registerNames] },
]

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
    .option('--json', 'one JSON document instead of text; errors too, as the last line of stderr')
    .option('-q, --quiet', 'results, warnings and errors only')
    .option('--debug', 'show each request, without secrets, on stderr')
    .option('--no-input', 'never ask; fail with exit 2 instead')
    .helpOption('-h, --help', 'show this help')

/** The command line as commander knows it. It never exits and prints to the given streams only. */
export const makeProgram = (version: string, { io, complain }: ProgramOutput, act: Act): Command => {
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
  for (const { heading, commands } of groups) {
    program.commandsGroup(heading)
    for (const register of commands) register(program, act)
  }
  return program.helpCommand('help [command]', 'show the help of a command')
}
