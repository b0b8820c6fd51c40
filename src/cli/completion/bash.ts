import { namesCommand } from '../commands/names.js'
import type { CommandTree } from './command-tree.js'

const wordsOf = (tree: CommandTree, global: CommandTree): string => {
  const flags = [...tree.flags, ...global.flags].map(({ long }) => long)
  const names = tree.takesKey ? [`$(lean-vault ${namesCommand} 2>/dev/null)`] : []
  return [...new Set([...tree.commands.map(({ name }) => name), ...tree.choices, ...names, ...flags])].join(' ')
}

const branch = (tree: CommandTree, global: CommandTree): string => `    ${tree.name}) words="${wordsOf(tree, global)}" ;;\n`

const valueBranches = (trees: ReadonlyArray<CommandTree>): string =>
  trees
    .flatMap(({ flags }) => flags)
    .filter(({ takesValue }) => takesValue)
    .map(({ long, choices }) => `    ${long}) words="${choices.join(' ')}" ;;\n`)
    .filter((line, at, all) => all.indexOf(line) === at)
    .join('')

/** A completion script for bash, without the help of bash-completion. Names of keys hold no character that a shell heeds. */
export const bashScript = (program: CommandTree): string => `# Completion of lean-vault for bash.
_lean_vault() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command='' words='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
    --home | --profile) ((i++)) ;;
    --) return ;;
    -*) ;;
    *) [[ -z $command ]] && command=\${COMP_WORDS[i]} ;;
    esac
  done
  case $prev in
${valueBranches([program, ...program.commands])}    *)
    case $command in
    '') words="${wordsOf({ ...program, flags: [] }, program)}" ;;
${program.commands.map((tree) => branch(tree, program)).join('')}    esac
    ;;
  esac
  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _lean_vault lean-vault lean_vault
`
