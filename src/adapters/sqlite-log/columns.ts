const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// A changed byte of a file can make any value one of another kind, and a text no text; `libsql` ends the whole process when it
// hands over a text that is not UTF-8. So no column is asked for as it is: each says what it must be, for a list of columns.

/** The name that a column has in a row. */
export const nameOf = (column: string): string => column.replace(/^.*\./, '')

/** A text column, as its bytes. `textIn` reads them. */
export const textColumn = (column: string): string => `CAST(${column} AS BLOB) AS ${nameOf(column)}`

/** A column of whole numbers; NULL in the place of anything else. */
export const numberColumn = (column: string): string => `CASE typeof(${column}) WHEN 'integer' THEN ${column} END AS ${nameOf(column)}`

/** A column of bytes; NULL in the place of anything else. */
export const bytesColumn = (column: string): string => `CASE typeof(${column}) WHEN 'blob' THEN ${column} END AS ${nameOf(column)}`

/** What was read by `textColumn`, or packed; null where it is no text. */
export const textIn = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  if (!(value instanceof Uint8Array || value instanceof ArrayBuffer)) return null
  try {
    return decoder.decode(value)
  } catch {
    return null
  }
}
