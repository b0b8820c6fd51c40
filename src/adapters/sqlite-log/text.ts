const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A text column for a list of columns, as its bytes. A changed byte can make a text no text, and `libsql` ends the whole
 * process when it is asked for such a one.
 */
export const textColumn = (column: string): string => `CAST(${column} AS BLOB) AS ${column.replace(/^.*\./, '')}`

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
