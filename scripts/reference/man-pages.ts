import { exitMeanings } from '../../src/cli/command.js'
import { type CommandPage, commandPages } from './command-page.js'

/** A manual page: the name of its file, and its text in the man macros. https://man7.org/linux/man-pages/man7/man.7.html */
export interface ManPage {
  readonly file: string
  readonly text: string
}

/** Text in which nothing is taken for a request or an escape, and hyphens can be copied. */
const plain = (text: string): string => text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^([.'])/gm, '\\&$1')

const titleOf = ({ words }: CommandPage): string => ['lean-vault', ...words].join('-')

const section = (name: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => (lines.length === 0 ? [] : [`.SH ${name}`, ...lines])

const entry = (term: string, text: string): ReadonlyArray<string> => ['.TP', `.B ${plain(term)}`, plain(text)]

const entries = (all: ReadonlyArray<{ readonly term: string; readonly text: string }>): ReadonlyArray<string> =>
  all.flatMap(({ term, text }) => entry(term, text))

const exampleLines = (examples: ReadonlyArray<string>): ReadonlyArray<string> =>
  examples.length === 0 ? [] : ['.nf', ...examples.map(plain), '.fi']

const seeAlso = (page: CommandPage, pages: ReadonlyArray<CommandPage>): ReadonlyArray<string> => {
  const others = pages.filter((each) => each !== page && (page.words.length === 0 ? each.words.length === 1 : each.words.length === 0))
  return [plain(others.map((each) => `${titleOf(each)}(1)`).join(', '))]
}

/** One page of a command with those that it has below itself, which get no page of their own. */
const manPage = (page: CommandPage, pages: ReadonlyArray<CommandPage>, version: string): ManPage => {
  const below = pages.filter(({ words }) => page.words.length > 0 && words.length > page.words.length && words[0] === page.words[0])
  const commands = below.flatMap((each) => [
    '.TP',
    `.B ${plain(each.usage)}`,
    plain(`${each.summary}. ${each.paragraphs.join(' ')}`.trim()),
    ...each.options.flatMap(({ term, text }) => ['.RS', ...entry(term, text), '.RE']),
  ])
  const text = [
    `.TH "${titleOf(page).toUpperCase()}" 1 "" "lean\\-vault ${version}" "Lean Vault"`,
    ...section('NAME', [`${plain(titleOf(page))} \\- ${plain(page.summary)}`]),
    ...section('SYNOPSIS', [`.B ${plain(page.usage)}`]),
    ...section('DESCRIPTION', page.paragraphs.flatMap((each) => ['.PP', plain(each)])),
    ...section('ARGUMENTS', entries(page.arguments)),
    ...section('COMMANDS', page.words.length === 0 ? entries(page.commands) : commands),
    ...section('OPTIONS', entries(page.options)),
    ...section('EXAMPLES', exampleLines([...page.examples, ...below.flatMap(({ examples }) => examples)])),
    ...section('EXIT STATUS', page.exits.flatMap((code) => entry(String(code), exitMeanings[code] ?? ''))),
    ...section('SEE ALSO', seeAlso(page, pages)),
  ]
  return { file: `${titleOf(page)}.1`, text: `${text.join('\n')}\n` }
}

/** A page for the program and for each command that stands in its list. */
export const manPages = async (version: string): Promise<ReadonlyArray<ManPage>> => {
  const pages = await commandPages()
  return pages.filter(({ words }) => words.length < 2).map((page) => manPage(page, pages, version))
}
