import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import type { EventCodec, UnreadableEvent } from '../../application/ports/event-codec.js'
import type { EventRecord } from '../../application/ports/event-log.js'
import type { Instant } from '../../domain/shared/instant.js'

interface Typed {
  readonly type: string
  readonly at: Instant
}

/** A body codec whose own type is checked where it is written down, see `keyEventBodies`. */
interface BodyCodec {
  readonly encode: (body: never) => unknown
  readonly decode: (value: unknown) => t.Validation<object>
}

type Bodies = Readonly<Record<string, BodyCodec>>

const schema = 1

/** A field's name. The keys of a dictionary are no names of ours, but something that was found. */
const nameOf = (entry: t.ContextEntry, index: number, context: t.Context): string =>
  context[index - 1]?.type instanceof t.DictionaryType ? '*' : entry.key

/** Where the first problem lies and what was expected there; never what was found. */
const describe = (errors: t.Errors): string => {
  const [first] = errors
  if (first === undefined) return 'unreadable'
  const path = first.context.map(nameOf).filter((key) => key !== '')
  const expected = first.context[first.context.length - 1]?.type.name ?? 'another value'
  return `${path.join('.')} should be ${expected.length > 60 ? 'another value' : expected}`
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const unreadable = (record: EventRecord, problem: string, newer = false): UnreadableEvent => ({
  _tag: 'UnreadableEvent',
  stream: record.stream,
  version: record.version,
  newer,
  problem,
})

/** A codec over the table of one kind of stream. */
export const makeCodec = <Event extends Typed>(bodies: Bodies): EventCodec<Event> => ({
  encode: ({ type, at, ...body }) => ({
    type,
    schema,
    at,
    // The table has this type's own codec under its name, so the fields are those that it takes.
    data: JSON.stringify(bodies[type]?.encode(body as never)),
  }),
  decode: (record): Either<UnreadableEvent, Event> => {
    const body = Object.hasOwn(bodies, record.type) ? bodies[record.type] : undefined
    if (body === undefined || record.schema !== schema)
      return left(unreadable(record, 'it was written by a newer version of Lean Vault', true))
    const decoded = body.decode(parseJson(record.data))
    if (isLeft(decoded)) return left(unreadable(record, describe(decoded.left)))
    // The body codec of this type accepted the fields, so type, time and fields are the event.
    return right({ ...decoded.right, type: record.type, at: record.at } as unknown as Event)
  },
})
