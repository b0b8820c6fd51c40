import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Pair } from 'yaml'

import { closestOf } from '../../application/closest.js'
import type { VaultError } from '../../application/errors.js'
import { scrub } from '../../application/secret.js'
import { alertsShape, type Shape } from './alert-fields.js'
import { type ConfigDocument, lineOf, wrong } from './config-document.js'

/** One value of the `alerts` section: where it stands in it, and its line. */
export interface AlertEntry {
  readonly path: ReadonlyArray<string>
  readonly value: unknown
  readonly line: number
}

type Entries = E.Either<VaultError, ReadonlyArray<AlertEntry>>

interface Place {
  readonly config: ConfigDocument
  readonly path: ReadonlyArray<string>
  readonly line: number
}

const fieldOf = (path: ReadonlyArray<string>): string => scrub(['alerts', ...path].join('.'), 200)

/** Plain values and lists of them; an alias or a map is none. */
const plain = ({ yaml }: ConfigDocument, node: unknown): unknown => {
  if (yaml.isScalar(node)) return node.value
  if (!yaml.isSeq(node)) return node === null ? null : undefined
  const items: ReadonlyArray<unknown> = node.items
  return items.map((item) => (yaml.isScalar(item) ? item.value : undefined))
}

const unknownField = (key: string, fields: Readonly<Record<string, Shape>>): string => {
  const names = Object.keys(fields)
  const near = closestOf(key, names)
  return near === null ? `is not a setting of alerts; here there are ${names.join(', ')}` : `is not a setting of alerts; did you mean ${near}?`
}

const shapeBelow = (shape: Shape, key: string): E.Either<string, Shape> => {
  if (shape._tag === 'Map') return shape.isKey(key) ? E.right(shape.of(key)) : E.left(shape.rule)
  const fields = shape._tag === 'Record' ? shape.fields : shape._tag === 'Short' ? shape.record : {}
  const found = Object.hasOwn(fields, key) ? fields[key] : undefined
  return found === undefined ? E.left(unknownField(key, fields)) : E.right(found)
}

const walkPair = (shape: Shape, { config, path }: Place, { key, value }: Pair): Entries => {
  const { yaml } = config
  const name = yaml.isScalar(key) ? String(key.value) : ''
  const place = { config, path: [...path, name], line: lineOf(config, key) }
  return pipe(
    shapeBelow(shape, name),
    E.match(
      (rule) => wrong(config.path, place.line, fieldOf(place.path), rule),
      (below) => walk(below, place, value),
    ),
  )
}

const walk = (shape: Shape, place: Place, node: unknown): Entries => {
  const { config, path, line } = place
  const value = plain(config, node)
  const refuse = (rule: string): Entries => wrong(config.path, line, fieldOf(path), rule)
  if (shape._tag === 'Leaf') return shape.is(value) ? E.right([{ path, value, line }]) : refuse(shape.rule)
  if (shape._tag === 'Short' && typeof value === 'string')
    return shape.words.includes(value) ? E.right([{ path, value, line }]) : refuse(shape.rule)
  if (value === null) return E.right([])
  if (!config.yaml.isMap(node)) return refuse(shape._tag === 'Short' ? shape.rule : 'must be a list of "setting: value" lines')
  const pairs: ReadonlyArray<Pair> = node.items
  return pipe(
    pairs,
    E.traverseArray((pair) => walkPair(shape, place, pair)),
    E.map((found) => found.flat()),
  )
}

/** The values of the `alerts` section, each checked; the first problem is named by file, line and field. */
export const readAlerts = (config: ConfigDocument, { key, value }: Pair): Entries =>
  walk(alertsShape, { config, path: [], line: lineOf(config, key) }, value)

/** What may stand at a path of the section; null where nothing may. */
export const shapeAt = (path: ReadonlyArray<string>): Shape | null =>
  path.reduce<Shape | null>((shape, key) => {
    const below = shape === null ? E.left('') : shapeBelow(shape, key)
    return E.isRight(below) ? below.right : null
  }, alertsShape)
