import { createRequire } from 'node:module'

import type { Connection, Driver, Row, SqlValue } from './driver.js'

/** The part of `libsql` that is used. Values go in as one list: a lone blob would be taken for named values. */
type Libsql = new (file: string) => {
  readonly exec: (sql: string) => unknown
  readonly prepare: (sql: string) => {
    readonly run: (values: ReadonlyArray<SqlValue>) => unknown
    readonly get: (values: ReadonlyArray<SqlValue>) => unknown
    readonly all: (values: ReadonlyArray<SqlValue>) => ReadonlyArray<unknown>
  }
  readonly inTransaction: boolean
  readonly close: () => unknown
}

/**
 * To find its native file `libsql` asks two packages what C library is here, and they load Node's network and have it write a
 * report on the process: 13 of the 20 ms that it takes to load. Where the usual file is installed they are answered for.
 */
const withUsualTarget = <A>(require: NodeJS.Require, load: () => A): A => {
  const target = `${process.platform}-${process.arch}-gnu`
  const own = createRequire(require.resolve('libsql'))
  own.resolve(`@libsql/${target}`)
  const answers: ReadonlyArray<readonly [string, object]> = [
    [own.resolve('@neon-rs/load'), { currentTarget: () => target }],
    [own.resolve('detect-libc'), { familySync: () => 'glibc', GLIBC: 'glibc', MUSL: 'musl' }],
  ]
  const before = answers.map(([path]) => require.cache[path])
  // What Node looks at in a module that is loaded already: https://nodejs.org/api/modules.html#requirecache
  for (const [path, exports] of answers) require.cache[path] = { loaded: true, exports, children: [] } as unknown as NodeJS.Module
  try {
    return load()
  } finally {
    answers.forEach(([path], index) => {
      const was = before[index]
      if (was !== undefined) require.cache[path] = was
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- as it was before
      else delete require.cache[path]
    })
  }
}

const load = (): Libsql | null => {
  // The package is optional and ships one prebuilt file a platform, so it is asked for only when it is needed.
  const require = createRequire(import.meta.url)
  const plain = (): Libsql => require('libsql') as Libsql
  try {
    return withUsualTarget(require, plain)
  } catch {
    try {
      return plain()
    } catch {
      return null
    }
  }
}

const errorCode = (error: unknown): number | null =>
  error instanceof Error && 'rawCode' in error && typeof error.rawCode === 'number' ? error.rawCode : null

/** The `libsql` package, or null where it is not installed or has no build for this platform. */
export const libsqlDriver = (): Driver | null => {
  const Database = load()
  if (Database === null) return null
  const open = (file: string): Connection => {
    const database = new Database(file)
    let isOpen = true
    return {
      exec: (sql) => void database.exec(sql),
      prepare: (sql) => {
        const statement = database.prepare(sql)
        return {
          run: (...values) => void statement.run(values),
          // Rows are objects by column name; what is in them is checked where they are read.
          get: (...values) => statement.get(values) as Row | undefined,
          all: (...values) => statement.all(values) as ReadonlyArray<Row>,
        }
      },
      close: () => {
        // It ends the whole process when a closed database is asked whether it is in a transaction.
        if (!isOpen) return
        isOpen = false
        // Its prepared statements keep the file open until they are collected; no lock may live that long.
        if (database.inTransaction) database.exec('ROLLBACK')
        database.close()
      },
    }
  }
  return { name: 'libsql', open, codeOf: errorCode }
}
