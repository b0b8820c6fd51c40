import { isLeft } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import type { OtherFact } from '../../domain/key/event.js'
import { instant } from './values.js'

interface BodyCodec {
  readonly encode: (body: never) => unknown
  readonly decode: (value: unknown) => t.Validation<object>
}

type Bodies = Readonly<Record<string, BodyCodec>>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A fact inside of another one: `{ "type", "at", "body" }`, the body as that type's own codec has it. Never one of a rotation
 * again: a key that is being replaced has one other key.
 */
export const otherFact = (bodies: () => Bodies): t.Type<OtherFact, unknown> =>
  new t.Type<OtherFact, unknown>(
    'OtherFact',
    (value): value is OtherFact => isRecord(value) && typeof value['type'] === 'string',
    (value, context) => {
      if (!isRecord(value) || typeof value['type'] !== 'string' || value['type'] === 'OtherKeyChanged') return t.failure(value, context)
      const { type } = value
      const codec = Object.hasOwn(bodies(), type) ? bodies()[type] : undefined
      const at = instant.decode(value['at'])
      if (codec === undefined || isLeft(at)) return t.failure(value, context)
      const body = codec.decode(value['body'])
      // The body codec of this type accepted the fields, so type, time and fields are the fact.
      return isLeft(body) ? t.failure(value, context) : t.success({ ...body.right, type, at: at.right } as unknown as OtherFact)
    },
    ({ type, at, ...body }) => ({ type, at: instant.encode(at), body: bodies()[type]?.encode(body as never) }),
  )
