import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'

import type { Page } from '../../../src/adapters/openrouter/codec.js'
import { allPages } from '../../../src/adapters/openrouter/paging.js'
import type { RemoteError } from '../../../src/application/ports/remote-error.js'
import { no, ok } from './fakes.js'

interface Listed {
  readonly rows: ReadonlyArray<string>
  readonly offsets: ReadonlyArray<number>
}

/** Reads a listing, newest first, that `between` may change after each page. */
const list = async (
  start: ReadonlyArray<string>,
  size: number,
  between: (rows: ReadonlyArray<string>, page: number) => ReadonlyArray<string> = (rows) => rows,
  total = false,
): Promise<E.Either<RemoteError, Listed>> => {
  let rows = start
  const offsets: Array<number> = []
  const fetch = (offset: number): TE.TaskEither<RemoteError, Page<string>> => async () => {
    const page = { rows: rows.slice(offset, offset + size), total: total ? rows.length : null }
    offsets.push(offset)
    rows = between(rows, offsets.length)
    return E.right(page)
  }
  const result = await allPages(fetch, (row) => row)()
  return E.isLeft(result) ? result : E.right({ rows: result.right, offsets })
}

const numbered = (count: number, prefix = 'k'): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

describe('reading a listing by offset', () => {
  it.each([
    [0, 100, [0]],
    [1, 100, [0]],
    [2, 100, [0, 1]],
    [99, 100, [0, 98]],
    [100, 100, [0, 99]],
    [101, 100, [0, 99, 100]],
    [250, 100, [0, 99, 198, 249]],
    [7, 3, [0, 2, 4, 6]],
  ])('%i rows in pages of %i', async (count, size, offsets) => {
    expect(ok(await list(numbered(count), size))).toEqual({ rows: numbered(count), offsets })
  })

  it('needs no last request where the total is told', async () => {
    expect(ok(await list(numbered(150), 100, undefined, true)).offsets).toEqual([0, 99])
  })

  it('keeps every row that was there all the time, once, whatever comes and goes meanwhile', async () => {
    const moves = fc.array(fc.record({ add: fc.nat(4), drop: fc.array(fc.nat(400), { maxLength: 4 }) }), { maxLength: 8 })
    const ends = { listed: 0, gaveUp: 0 }
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 2, max: 12 }), moves, async (count, size, steps) => {
        const start = numbered(count)
        const gone = new Set<string>()
        const result = await list(start, size, (rows, page) => {
          const step = steps[page - 1]
          if (step === undefined) return rows
          for (const n of step.drop) gone.add(`k${n}`)
          return [...numbered(step.add, `new${page}-`), ...rows.filter((row) => !gone.has(row))]
        })
        ends[E.isLeft(result) ? 'gaveUp' : 'listed'] += 1
        if (E.isLeft(result)) {
          expect(result.left.message).toMatch(/kept changing|repeats its pages/)
          return
        }
        const { rows } = result.right
        expect(new Set(rows).size).toBe(rows.length)
        expect(start.filter((row) => !gone.has(row) && !rows.includes(row))).toEqual([])
      }),
      { numRuns: 500 },
    )
    expect(ends.listed).toBeGreaterThan(ends.gaveUp * 4)
  })

  it('begins anew when rows before its place were deleted', async () => {
    const result = await list(numbered(150), 100, (rows, page) => (page === 1 ? rows.slice(10) : rows))
    expect(ok(result)).toEqual({ rows: numbered(150).slice(10), offsets: [0, 99, 0, 99, 139] })
  })

  it('gives up on a listing that never holds still', async () => {
    const result = await list(numbered(2000), 100, (rows) => rows.slice(10))
    expect(no(result)).toMatchObject({ _tag: 'OutcomeUnknown', message: 'the listing kept changing while it was read' })
  })

  it('gives up when the offset is ignored', async () => {
    const first: Page<string> = { rows: numbered(100), total: null }
    const result = await allPages(() => TE.right(first), (row) => row)()
    expect(no(result)).toMatchObject({ _tag: 'OutcomeUnknown', message: 'the listing repeats its pages' })
  })

  it('gives up on a listing without end', async () => {
    let pages = 0
    const endless = (offset: number): TE.TaskEither<RemoteError, Page<string>> => {
      pages += 1
      return TE.right({ rows: [`k${offset}`, `k${offset + 1}`, `k${offset + 2}`], total: null })
    }
    expect(no(await allPages(endless, (row) => row)())).toMatchObject({ _tag: 'OutcomeUnknown' })
    expect(pages).toBe(1000)
  })

  it('hands on the error of a page', async () => {
    const error: RemoteError = { _tag: 'Refused', status: 401, message: 'No.' }
    expect(await allPages(() => TE.left(error), (row: string) => row)()).toEqual(E.left(error))
  })
})
