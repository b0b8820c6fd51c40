import type { Command, Option } from 'commander'

/** A flag as completion needs it. */
export interface FlagOf {
  readonly long: string
  readonly takesValue: boolean
  readonly choices: ReadonlyArray<string>
  readonly summary: string
}

/** A command as completion needs it. */
export interface CommandTree {
  readonly name: string
  readonly summary: string
  readonly flags: ReadonlyArray<FlagOf>
  /** What its first argument may be, where that is known. */
  readonly choices: ReadonlyArray<string>
  /** Whether its first argument is the name of a key that is there. */
  readonly takesKey: boolean
  readonly commands: ReadonlyArray<CommandTree>
}

const flagOf = (option: Option): FlagOf => ({
  long: option.long ?? option.flags,
  takesValue: option.required || option.optional,
  choices: option.argChoices ?? [],
  summary: option.description,
})

/** What of a command a shell can complete. Hidden commands are left out. */
export const treeOf = (command: Command): CommandTree => {
  const help = command.createHelp()
  const [first] = command.registeredArguments
  return {
    name: command.name(),
    summary: command.summary(),
    flags: help.visibleOptions(command).map(flagOf),
    choices: first?.argChoices ?? [],
    takesKey: first?.name() === 'name' && command.name() !== 'add',
    commands: help
      .visibleCommands(command)
      .filter((each) => each.name() !== 'help')
      .map(treeOf),
  }
}
