import type { Command } from 'commander'

import { exampleLine, exitMeanings, manualOf, paragraphs } from '../../src/cli/command.js'
import { commandTable } from '../../src/cli/command-table.js'
import { makeProgram } from '../../src/cli/program.js'

interface Entry {
  readonly term: string
  readonly text: string
}

/** One command as `--help` tells it, for documents that are made of the same. */
export interface CommandPage {
  /** The words behind `lean-vault`; none for the program itself. */
  readonly words: ReadonlyArray<string>
  readonly usage: string
  readonly summary: string
  readonly paragraphs: ReadonlyArray<string>
  /** Under which heading of `--help` it stands. */
  readonly group: string
  readonly arguments: ReadonlyArray<Entry>
  readonly options: ReadonlyArray<Entry>
  /** Its own commands, by their full words. */
  readonly commands: ReadonlyArray<Entry>
  readonly examples: ReadonlyArray<string>
  readonly exits: ReadonlyArray<number>
}

const nowhere = { write: () => undefined, isTerminal: false, columns: null, isClosed: () => false, failure: () => null }

/** The whole program, as it would be for `--help`. */
const wholeProgram = async (): Promise<Command> => {
  const groups = commandTable.map(async ({ heading, commands }) => ({
    heading,
    registers: await Promise.all(commands.map((command) => command.load())),
  }))
  const io = { stdout: nowhere, stderr: nowhere, env: { NO_COLOR: '1' }, stdin: { isTerminal: false, readAll: () => Promise.resolve(null) }, workingFolder: '', userFolder: '' }
  return makeProgram('', await Promise.all(groups), { io, complain: () => undefined }, () => Promise.resolve())
}

const visibleCommands = (command: Command): ReadonlyArray<Command> =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help')

const allExits: ReadonlyArray<number> = Object.keys(exitMeanings).map(Number).filter((code) => code < 100)

const pageOf = (command: Command, words: ReadonlyArray<string>): CommandPage => {
  const help = command.createHelp()
  const manual = manualOf(command)
  return {
    words,
    usage: `${['lean-vault', ...words].join(' ')} ${command.usage()}`,
    summary: manual?.summary ?? command.description().replace(/\.$/, ''),
    paragraphs: paragraphs(manual?.more ?? '').split('\n\n').filter((text) => text !== ''),
    group: command.helpGroup().replace(/:$/, ''),
    arguments: help.visibleArguments(command).map((each) => ({ term: help.argumentTerm(each), text: help.argumentDescription(each) })),
    options: help
      .visibleOptions(command)
      .filter((option) => words.length === 0 || option.long !== '--help')
      .map((option) => ({ term: help.optionTerm(option), text: help.optionDescription(option) })),
    commands: visibleCommands(command).map((each) => ({ term: [...words, each.name()].join(' '), text: each.summary() })),
    examples: (manual?.examples ?? []).map(exampleLine),
    exits: manual?.exits ?? allExits,
  }
}

const pagesBelow = (command: Command, words: ReadonlyArray<string>): ReadonlyArray<CommandPage> => [
  pageOf(command, words),
  ...visibleCommands(command).flatMap((each) => pagesBelow(each, [...words, each.name()])),
]

/** A page for the program and for every command of it, groups before what is in them, in the order of `--help`. */
export const commandPages = async (): Promise<ReadonlyArray<CommandPage>> => pagesBelow(await wholeProgram(), [])
