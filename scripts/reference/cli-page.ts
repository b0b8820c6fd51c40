import { exitMeanings } from '../../src/cli/command.js'
import { type CommandPage, commandPages } from './command-page.js'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

const table = (heads: readonly [string, string], rows: ReadonlyArray<readonly [string, string]>): string =>
  [`| ${heads[0]} | ${heads[1]} |`, '| --- | --- |', ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join('\n')

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

const linkTo = (words: string): string => `[${words}](#lean-vault-${words.replaceAll(' ', '-').toLowerCase()})`

const options = ({ options: all }: CommandPage): ReadonlyArray<string> =>
  all.length === 0 ? [] : [table(['Option', 'Meaning'], all.map(({ term, text }) => [code(term), cell(text)]))]

const section = (page: CommandPage): string =>
  [
    `## lean-vault ${page.words.join(' ')}`,
    `${page.summary}.`,
    `\`${page.usage}\``,
    ...page.paragraphs.map((text) => text.replaceAll('<', '&lt;')),
    ...(page.arguments.length === 0 ? [] : [table(['Argument', 'Meaning'], page.arguments.map(({ term, text }) => [code(term), cell(text)]))]),
    ...options(page),
    ...(page.commands.length === 0 ? [] : [table(['Command', 'It'], page.commands.map(({ term, text }) => [linkTo(term), cell(text)]))]),
    ...(page.examples.length === 0 ? [] : [['```sh', ...page.examples, '```'].join('\n')]),
    `Exits: ${page.exits.join(', ')}.`,
  ].join('\n\n')

const contents = (pages: ReadonlyArray<CommandPage>): string => {
  const top = pages.filter(({ words }) => words.length === 1)
  const groups = [...new Set(top.map(({ group }) => group))]
  return groups
    .map((group) => {
      const rows = top.filter((page) => page.group === group).map(({ words, summary }): readonly [string, string] => [linkTo(words.join(' ')), cell(summary)])
      return `**${group}**\n\n${table(['Command', 'It'], rows)}`
    })
    .join('\n\n')
}

const intro = `# The command line

Made of what \`--help\` says, by \`npm run docs\`. What scripts may rely on besides is in the [README](../README.md#exit-codes):
exit codes, settings, \`--json\`. The same is installed as manual pages: \`man lean-vault-add\`.`

/** docs/cli.md: every command, its flags, examples and exit codes. */
export const cliPage = async (): Promise<string> => {
  const [program, ...pages] = await commandPages()
  if (program === undefined) return intro
  const exits = program.exits.map((each): readonly [string, string] => [String(each), exitMeanings[each] ?? ''])
  const everywhere = ['# Every command', ...options(program), table(['Exit', 'Meaning'], exits)].join('\n\n').replace(/^#/, '##')
  return `${[intro, contents(pages), everywhere, ...pages.map(section)].join('\n\n')}\n`
}
