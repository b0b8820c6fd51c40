import * as E from 'fp-ts/lib/Either.js'
import * as O from 'fp-ts/lib/Option.js'

type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [name: string]: Json }

const isPlain = (value: object): value is Readonly<Record<string, unknown>> => Object.getPrototypeOf(value) === Object.prototype

/** Names that begin with `$` are this file's own; a tag may have such a name too. */
const isOwnName = (name: string): boolean => name.startsWith('$')

const writtenObject = (value: object): O.Option<Json> => {
  if (Array.isArray(value)) return O.traverseArray(written)(value)
  if (!isPlain(value)) return O.none
  const entries = Object.entries(value)
  const all = O.traverseArray(([, of]: readonly [string, unknown]) => written(of))(entries)
  if (O.isNone(all)) return O.none
  const named = entries.map(([name], n): readonly [string, Json] => [name, all.value[n] ?? null])
  return O.some(named.some(([name]) => isOwnName(name)) ? { $entries: named } : Object.fromEntries(named))
}

const written = (value: unknown): O.Option<Json> => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return O.some(value)
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? O.some(value) : O.none
    case 'bigint':
      return O.some({ $big: value.toString() })
    case 'object':
      return value === null ? O.some(null) : writtenObject(value)
    case 'undefined':
    case 'function':
    case 'symbol':
      return O.none
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

const read = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(read)
  if (!isObject(value)) return value
  if (typeof value['$big'] === 'string') return BigInt(value['$big'])
  const entries = Array.isArray(value['$entries']) ? value['$entries'].flatMap((each: unknown) => (Array.isArray(each) ? [[String(each[0]), read(each[1])] as const] : [])) : null
  return Object.fromEntries(entries ?? Object.entries(value).map(([name, of]) => [name, read(of)] as const))
}

/** A state of plain data as text; null where it holds anything else, and so cannot be kept. */
export const stateText = (state: unknown): string | null => O.toNullable(O.map(JSON.stringify)(written(state)))

/** What `stateText` made a text of. The caller vouches for the text, and so for its type. */
export const stateIn = (text: string): E.Either<'unreadable', unknown> => E.tryCatch(() => read(JSON.parse(text)), () => 'unreadable' as const)
