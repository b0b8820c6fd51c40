/** One row of a table: cells by the names of their columns, without code marks. */
export type Row = Readonly<Record<string, string>>

const cellsOf = (line: string): ReadonlyArray<string> =>
  line
    .replace(/^\s*\|/, '')
    .replace(/\|\s*$/, '')
    .split('|')
    .map((cell) => cell.trim().replaceAll('`', ''))

/** The rows of the first table after `marker`. */
export const tableAfter = (page: string, marker: string): ReadonlyArray<Row> => {
  const at = page.indexOf(marker)
  if (at < 0) throw new Error(`the page has no ${marker}`)
  const lines = page.slice(at + marker.length).split('\n')
  const begin = lines.findIndex((line) => line.startsWith('|'))
  const length = lines.slice(begin).findIndex((line) => !line.startsWith('|'))
  const [head = '', , ...body] = lines.slice(begin, length < 0 ? undefined : begin + length)
  const names = cellsOf(head)
  return body.map((line) => Object.fromEntries(cellsOf(line).map((cell, n) => [names[n] ?? '', cell])))
}
