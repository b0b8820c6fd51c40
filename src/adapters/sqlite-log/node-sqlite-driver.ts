import type { Connection, Driver, Row, SqlValue } from './driver.js'

/** The part of `node:sqlite` that is used. https://nodejs.org/api/sqlite.html */
interface NodeSqlite {
  readonly DatabaseSync: new (file: string) => {
    readonly exec: (sql: string) => void
    readonly prepare: (sql: string) => {
      readonly run: (...values: ReadonlyArray<SqlValue>) => unknown
      readonly get: (...values: ReadonlyArray<SqlValue>) => Row | undefined
      readonly all: (...values: ReadonlyArray<SqlValue>) => ReadonlyArray<Row>
    }
    readonly close: () => void
  }
}

const isNodeSqlite = (loaded: object | undefined): loaded is NodeSqlite =>
  loaded !== undefined && 'DatabaseSync' in loaded

/** Node prints one warning when it loads its SQLite. Only that one is kept back, and only while `load` runs. */
const withoutItsWarning = <A>(load: () => A): A => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its process, and put back as it was
  const emitWarning = process.emitWarning
  process.emitWarning = (...warning: ReadonlyArray<unknown>) => {
    const [text, kind] = warning
    const its = kind === 'ExperimentalWarning' && String(text).startsWith('SQLite is an experimental feature')
    if (!its) Reflect.apply(emitWarning, process, warning)
  }
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

const errorCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null

/** Node's own SQLite, or null where this Node has none or hides it behind a flag (before 22.13). */
export const nodeSqliteDriver = (): Driver | null => {
  const loaded = withoutItsWarning(() => process.getBuiltinModule('node:sqlite'))
  if (!isNodeSqlite(loaded)) return null
  const open = (file: string): Connection => {
    const database = new loaded.DatabaseSync(file)
    return {
      exec: (sql) => database.exec(sql),
      prepare: (sql) => {
        const statement = database.prepare(sql)
        return {
          run: (...values) => void statement.run(...values),
          get: (...values) => statement.get(...values),
          all: (...values) => statement.all(...values),
        }
      },
      close: () => database.close(),
    }
  }
  return { name: 'node:sqlite', open, codeOf: errorCode }
}
