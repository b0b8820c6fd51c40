import { namesCommand } from '../commands/names.js'
import type { CommandTree } from './command-tree.js'

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const described = (name: string, summary: string): string => quoted(`${name.replaceAll(':', '\\:')}:${summary}`)

const branch = (tree: CommandTree, global: CommandTree): string => {
  const flags = [...tree.flags, ...global.flags].map(({ long, summary }) => described(long, summary))
  const own = [...tree.commands.map(({ name, summary }) => described(name, summary)), ...tree.choices.map(quoted)]
  const names = tree.takesKey ? `\n      keys=(\${(f)"$(lean-vault ${namesCommand} 2>/dev/null)"})` : ''
  return `    ${tree.name})
      entries=(${own.join(' ')})
      flags=(${[...new Set(flags)].join(' ')})${names}
      ;;
`
}

/** A completion script for zsh: to be sourced, or to lie in a folder of `$fpath`. */
export const zshScript = (program: CommandTree): string => `#compdef lean-vault lean_vault
_lean_vault() {
  local -a entries flags keys
  local command='' i
  for ((i = 2; i < CURRENT; i++)); do
    case $words[i] in
      --home | --profile) ((i++)) ;;
      --) _default; return ;;
      -*) ;;
      *) command=$words[i]; break ;;
    esac
  done
  case $command in
    '')
      entries=(${program.commands.map(({ name, summary }) => described(name, summary)).join(' ')})
      flags=(${program.flags.map(({ long, summary }) => described(long, summary)).join(' ')})
      ;;
${program.commands.map((tree) => branch(tree, program)).join('')}  esac
  (( $#keys )) && compadd -- $keys
  (( $#entries )) && _describe command entries
  _describe flag flags
}
if [[ $funcstack[1] == _lean_vault ]]; then
  _lean_vault "$@"
else
  compdef _lean_vault lean-vault lean_vault
fi
`
