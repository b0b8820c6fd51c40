export type SqlValue = string | number | Uint8Array

/** One row by column name, as the driver gives it; a changed file can make any column anything. */
export type Row = Readonly<Record<string, unknown>>

export interface Statement {
  readonly run: (...values: ReadonlyArray<SqlValue>) => void
  readonly get: (...values: ReadonlyArray<SqlValue>) => Row | undefined
  readonly all: (...values: ReadonlyArray<SqlValue>) => ReadonlyArray<Row>
}

/** Its functions throw what the driver throws: call them within `attempt` only. */
export interface Connection {
  readonly exec: (sql: string) => void
  readonly prepare: (sql: string) => Statement
  readonly close: () => void
}

/** What is needed of SQLite, synchronously. Every driver reads and writes the same file. */
export interface Driver {
  readonly name: 'node:sqlite' | 'libsql'
  readonly open: (file: string) => Connection
  /** SQLite's extended result code of something that a function of this driver threw. https://sqlite.org/rescode.html */
  readonly codeOf: (error: unknown) => number | null
}
