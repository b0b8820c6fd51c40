import { plain } from './plain.js'

/** A column: its heading, how far its cells may be cut where the terminal is narrow, and whether it may be left out. */
export interface Column {
  readonly title: string
  /** Its cells may be cut. */
  readonly mayShrink?: boolean
  /** No further than to this many characters; default: 8. */
  readonly atLeast?: number
  /** May be left out: the lowest number first. What stands there must be found elsewhere, as in `show`. */
  readonly leftOut?: number
}

type Cells = ReadonlyArray<ReadonlyArray<string>>

const gap = '  '
const usualLeast = 8

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`)

const totalOf = (widths: ReadonlyArray<number>): number => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1))

const naturalWidths = (columns: ReadonlyArray<Column>, cells: Cells): ReadonlyArray<number> =>
  columns.map(({ title }, at) => Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)))

const mayGive = ({ mayShrink, atLeast = usualLeast }: Column, width: number): boolean => mayShrink === true && width > atLeast

/** Takes what is too much from the widest column that may shrink, again and again; null where they do not fit. */
const fitted = (columns: ReadonlyArray<Column>, widths: ReadonlyArray<number>, most: number): ReadonlyArray<number> | null => {
  if (totalOf(widths) <= most) return widths
  const giving = widths.map((width, at) => (mayGive(columns[at] ?? { title: '' }, width) ? width : 0))
  const widest = Math.max(...giving, 0)
  if (widest === 0) return null
  const at = giving.indexOf(widest)
  return fitted(columns, widths.map((width, index) => (index === at ? width - 1 : width)), most)
}

const lineOf = (row: ReadonlyArray<string>, widths: ReadonlyArray<number>): string =>
  row
    .map((cell, at) => cut(cell, widths[at] ?? cell.length).padEnd(widths[at] ?? 0))
    .join(gap)
    .trimEnd()

const aligned = (columns: ReadonlyArray<Column>, rows: Cells, widths: ReadonlyArray<number>): string =>
  [columns.map(({ title }) => title), ...rows].map((row) => `${lineOf(row, widths)}\n`).join('')

/** For a terminal that is too narrow for columns: a paragraph a row, its first cell above the others. */
const stacked = (columns: ReadonlyArray<Column>, rows: Cells, most: number): string => {
  const width = Math.max(...columns.slice(1).map(({ title }) => title.length))
  const paragraph = (row: ReadonlyArray<string>): string =>
    [row[0] ?? '', ...columns.slice(1).flatMap(({ title }, at) => (row[at + 1] === '' ? [] : [`  ${title.padEnd(width)}  ${row[at + 1] ?? ''}`]))]
      .map((line) => `${cut(line, most).trimEnd()}\n`)
      .join('')
  return rows.map(paragraph).join('\n')
}

const without = (columns: ReadonlyArray<Column>, cells: Cells, most: number): { readonly columns: ReadonlyArray<Column>; readonly cells: Cells } => {
  const kept = columns.map(({ leftOut }) => leftOut === undefined || leftOut > most)
  const keep = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => all.filter((_, at) => kept[at] === true)
  return { columns: keep(columns), cells: cells.map(keep) }
}

/**
 * Aligned text, one line a row, headings first. `most` is the width to fit into, null for as wide as it gets: cells are cut,
 * then columns left out, where their column allows it; where even that is too wide, each row is a paragraph. No line is longer.
 */
export const table = (columns: ReadonlyArray<Column>, cells: Cells, most: number | null): string => {
  const rows = cells.map((row) => row.map(plain))
  if (most === null) return aligned(columns, rows, naturalWidths(columns, rows))
  const steps = [...new Set(columns.flatMap(({ leftOut }) => leftOut ?? []))].sort((a, b) => a - b)
  for (const step of [Number.NEGATIVE_INFINITY, ...steps]) {
    const left = without(columns, rows, step)
    const widths = fitted(left.columns, naturalWidths(left.columns, left.cells), most)
    if (widths !== null) return aligned(left.columns, left.cells, widths)
  }
  return stacked(columns, rows, most)
}
