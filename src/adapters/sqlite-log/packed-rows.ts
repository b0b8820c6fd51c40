import * as E from 'fp-ts/lib/Either.js'

import type { Database } from './database.js'
import type { Row, SqlValue } from './driver.js'
import { nameOf, numberColumn, textColumn } from './columns.js'

/** One question to SQLite in two forms that answer the same, as long as nothing is damaged. */
export interface Query {
  /** Row by row; each text as its bytes. */
  readonly plain: string
  /** All rows as one JSON text: a third of the time, for a driver takes longer to hand over a value than SQLite to find it. */
  readonly packed: string
}

/** `rest` is what follows the columns. A packed answer keeps the order of the rows where `rest` ends with a LIMIT. */
export const query = (numbers: ReadonlyArray<string>, texts: ReadonlyArray<string>, rest: string): Query => {
  const columns = [...numbers, ...texts]
  const named = columns.map((column) => `${column} AS ${nameOf(column)}`).join(', ')
  const fields = columns.map((column) => `'${nameOf(column)}', ${nameOf(column)}`).join(', ')
  return {
    plain: `SELECT ${[...numbers.map(numberColumn), ...texts.map(textColumn)].join(', ')} ${rest}`,
    packed: `SELECT CAST(json_group_array(json_object(${fields})) AS BLOB) AS rows FROM (SELECT ${named} ${rest})`,
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The rows of a question, packed; null where that is not possible, as with a text that is none or a blob in the place of
 * one: then the plain form says more. What is damaged may be anything here too, so nothing of it may be believed unproven.
 */
export const packedRows = (database: Database, { packed }: Query, ...values: ReadonlyArray<SqlValue>): ReadonlyArray<Row> | null => {
  const rows = E.tryCatch(
    () => {
      const bytes = database.statement(packed).get(...values)?.['rows']
      return bytes instanceof Uint8Array || bytes instanceof ArrayBuffer ? (JSON.parse(decoder.decode(bytes)) as unknown) : null
    },
    () => null,
  )
  // SQLite made an array of objects; what is in them is checked where they are read.
  return E.isRight(rows) && Array.isArray(rows.right) ? (rows.right as ReadonlyArray<Row>) : null
}

/** Works on the packed rows, and on the plain ones where that fails. Within a transaction that is open; it throws what the driver throws. */
export const withRows = <Refusal, A>(
  database: Database,
  asked: Query,
  values: ReadonlyArray<SqlValue>,
  work: (rows: ReadonlyArray<Row>) => E.Either<Refusal, A>,
): E.Either<Refusal, A> => {
  const packed = packedRows(database, asked, ...values)
  const worked = packed === null ? null : work(packed)
  return worked !== null && E.isRight(worked) ? worked : work(database.statement(asked.plain).all(...values))
}
