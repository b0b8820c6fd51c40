/** A column: its heading, and whether its cells may be cut when the terminal is too narrow. */
export interface Column {
  readonly title: string
  readonly mayShrink?: boolean
}

const gap = '  '
const narrowest = 8

/** One line of text that moves no cursor. */
const plain = (text: string): string => text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`)

/** Takes what is too much from the widest column that may shrink, again and again. */
const fitted = (columns: ReadonlyArray<Column>, widths: ReadonlyArray<number>, most: number): ReadonlyArray<number> => {
  const total = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1))
  if (total <= most) return widths
  const widest = Math.max(...widths.filter((width, at) => columns[at]?.mayShrink === true && width > narrowest), 0)
  if (widest === 0) return widths
  const at = widths.findIndex((width, index) => columns[index]?.mayShrink === true && width === widest)
  return fitted(
    columns,
    widths.map((width, index) => (index === at ? width - 1 : width)),
    most,
  )
}

/** Aligned text, one line a row, headings first. `most` is the width to fit into; null for as wide as it gets. */
export const table = (
  columns: ReadonlyArray<Column>,
  cells: ReadonlyArray<ReadonlyArray<string>>,
  most: number | null,
): string => {
  const rows = cells.map((row) => row.map(plain))
  const natural = columns.map(({ title }, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const widths = most === null ? natural : fitted(columns, natural, most)
  const line = (row: ReadonlyArray<string>): string =>
    row
      .map((cell, at) => cut(cell, widths[at] ?? cell.length).padEnd(widths[at] ?? 0))
      .join(gap)
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].map((text) => `${text}\n`).join('')
}

/** Lines of `name: value`, the values under each other. */
export const facts = (pairs: ReadonlyArray<readonly [name: string, value: string]>): string => {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${plain(value)}\n`).join('')
}
