import { namesCommand } from '../commands/names.js'
import type { CommandTree, FlagOf } from './command-tree.js'

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const flagLine = (condition: string, { long, takesValue, choices, summary }: FlagOf): string => {
  const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : ''
  return `complete -c lean-vault${condition} -l ${long.replace(/^--/, '')}${value} -d ${quoted(summary)}\n`
}

const commandLines = (tree: CommandTree): string => {
  const within = ` -n '__fish_seen_subcommand_from ${tree.name}'`
  const own = [
    ...tree.commands.map(({ name, summary }) => `complete -c lean-vault${within} -a ${name} -d ${quoted(summary)}\n`),
    ...tree.choices.map((choice) => `complete -c lean-vault${within} -a ${choice}\n`),
    ...(tree.takesKey ? [`complete -c lean-vault${within} -a '(lean-vault ${namesCommand} 2>/dev/null)'\n`] : []),
  ]
  const offered = `complete -c lean-vault -n __fish_use_subcommand -a ${tree.name} -d ${quoted(tree.summary)}\n`
  return [offered, ...own, ...tree.flags.map((flag) => flagLine(within, flag))].join('')
}

/** A completion script for fish. */
export const fishScript = (program: CommandTree): string =>
  [
    '# Completion of lean-vault for fish.\ncomplete -c lean-vault -f\n',
    ...program.flags.map((flag) => flagLine('', flag)),
    ...program.commands.map(commandLines),
    'complete -c lean_vault -w lean-vault\n',
  ].join('')
