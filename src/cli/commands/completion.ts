import { Argument, type Command } from 'commander'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type Act, describe } from '../command.js'
import { bashScript } from '../completion/bash.js'
import { type CommandTree, treeOf } from '../completion/command-tree.js'
import { fishScript } from '../completion/fish.js'
import { zshScript } from '../completion/zsh.js'

type Shell = 'bash' | 'zsh' | 'fish'

const scripts: Readonly<Record<Shell, (tree: CommandTree) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

const more = `For bash, put "source <(lean-vault completion bash)" into ~/.bashrc.

For zsh, write it to a file named _lean-vault in a folder of $fpath.

For fish, write it to ~/.config/fish/completions/lean-vault.fish.

Names of keys are completed from the vault.`

/** `completion <shell>` */
export const registerCompletion = (program: Command, act: Act): void => {
  describe(program.command('completion'), {
    summary: 'Print the script that completes commands, flags and key names in your shell',
    more,
    examples: ['completion bash'],
    exits: [0, 2],
  })
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(scripts)))
    .action((shell: Shell) => act(() => TE.right({ _tag: 'Raw', text: scripts[shell](treeOf(program)) })))
}
