import type { Output } from '../io.js'

/** A text in lines of at most `width` characters, parted at spaces; a word that is longer stays whole. */
export const wrapped = (text: string, width: number): ReadonlyArray<string> =>
  text.split(' ').reduce<ReadonlyArray<string>>((lines, word) => {
    const last = lines.at(-1)
    return last !== undefined && last.length + 1 + word.length <= width ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word]
  }, [])

/** How far the lines that follow stand in: below the text of `   -> do this`, `ok       node: it is` or an indented line. */
const hanging = (line: string): number => /^(?:\S+ {2,}| *(?:-> )?)/.exec(line)?.[0].length ?? 0

const wrappedLine = (line: string, columns: number): ReadonlyArray<string> => {
  const stand = ' '.repeat(Math.min(hanging(line), Math.floor(columns / 2)))
  const [first = '', ...rest] = wrapped(line, columns)
  return rest.length === 0 ? [first] : [first, ...wrapped(rest.join(' '), columns - stand.length).map((each) => `${stand}${each}`)]
}

/** The same text for somebody at this terminal, whose lines are not to end within a word; as it is where there is none. */
export const forTerminal = (text: string, { columns }: Pick<Output, 'columns'>): string =>
  columns === null ? text : text.split('\n').flatMap((line) => (line.length <= columns ? [line] : wrappedLine(line, columns))).join('\n')
