import * as E from 'fp-ts/lib/Either.js'

import type { LogDamage } from '../../application/ports/log-audit.js'
import { attempt, type Database } from './database.js'
import type { Row } from './driver.js'
import type { Heads } from './guard.js'
import { isDamaged } from './heads.js'
import { readSealed } from './reads.js'
import { schema } from './schema.js'
import { numberColumn, textColumn, textIn } from './columns.js'

const ofSchema = `SELECT ${['type', 'name', 'tbl_name', 'sql'].map(textColumn).join(', ')} FROM sqlite_schema ORDER BY 1, 2`
/** What it says can hold a name from a damaged schema. */
const integrity = `SELECT ${textColumn('integrity_check')} FROM pragma_integrity_check LIMIT 10`
const sealedPlaces = `SELECT ${numberColumn('generation')}, ${['stream', 'owner'].map(textColumn).join(', ')} FROM sealed`

const inFile = (what: string): LogDamage => ({ where: 'file', version: null, what })

/** What SQLite itself finds wrong with its pages. https://sqlite.org/pragma.html#pragma_integrity_check */
const auditPages = (database: Database): ReadonlyArray<LogDamage> => {
  const rows = attempt(database, () => database.statement(integrity).all())
  if (E.isLeft(rows)) return [inFile(rows.left.message)]
  const lines = rows.right.map((row) => textIn(row['integrity_check']) ?? 'what cannot be read')
  return lines.filter((line) => line !== 'ok').map((line) => inFile(`SQLite says: ${line.replace(/\s+/g, ' ').slice(0, 200)}`))
}

const schemaOf = (rows: ReadonlyArray<Row>): string =>
  JSON.stringify(rows.map((row) => ['type', 'name', 'tbl_name', 'sql'].map((column) => textIn(row[column]))))

/** The tables, indexes and triggers must be those that this format has: a trigger that is gone protects nothing. */
const auditSchema = (database: Database): ReadonlyArray<LogDamage> => {
  const compared = attempt(database, () => {
    const model = database.driver.open(':memory:')
    model.exec(schema)
    const wanted = schemaOf(model.prepare(ofSchema).all())
    model.close()
    return wanted === schemaOf(database.statement(ofSchema).all())
  })
  return E.isRight(compared) && compared.right ? [] : [inFile('a table, an index or a trigger of the vault is not what it should be')]
}

/** Pages and schema of the file. */
export const auditFile = (database: Database): ReadonlyArray<LogDamage> => [...auditPages(database), ...auditSchema(database)]

const inStream = (stream: string, what: string): LogDamage => ({ where: stream, version: null, what })

/** Every sealed secret that a stream's end names, and every one that none names. */
export const auditSecrets = (database: Database, heads: Heads): { readonly secrets: number; readonly damage: ReadonlyArray<LogDamage> } => {
  const damage: LogDamage[] = []
  const named = new Set<string>()
  for (const head of heads.all.values()) {
    if (isDamaged(head)) continue
    for (const { owner, generation } of head.sealed) {
      const ref = { stream: head.stream, owner, generation }
      const held = E.flatten(attempt(database, () => readSealed(database, ref)))
      if (E.isRight(held) && held.right !== null) named.add(JSON.stringify([head.stream, owner, generation]))
      else damage.push(inStream(head.stream, `its sealed secret ${generation} of ${owner} is missing or is not what was written`))
    }
  }
  const rows = attempt(database, () => database.statement(sealedPlaces).all())
  const places = E.isRight(rows) ? rows.right.map((row) => [textIn(row['stream']), textIn(row['owner']), row['generation']] as const) : []
  const strange = places.filter((place) => !named.has(JSON.stringify(place)))
  const unnamed = strange.map(([stream]) => inStream(stream ?? 'file', 'holds a sealed secret that it does not name'))
  return { secrets: named.size, damage: [...damage, ...(E.isLeft(rows) ? [inFile(rows.left.message)] : []), ...unnamed] }
}
