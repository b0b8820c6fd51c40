import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { OutcomeUnknown, RemoteError } from '../../application/ports/remote-error.js'
import type { Page } from './codec.js'

const mostPages = 1000
const mostRestarts = 3
const mostIdlePages = 5

/** How far one listing has come. `seen` keeps the order of the rows; `idle` counts pages in a row without a new one. */
interface Progress<A> {
  readonly seen: ReadonlyMap<string, A>
  readonly offset: number
  readonly pages: number
  readonly idle: number
  readonly restarts: number
}

type Step<A> =
  | { readonly _tag: 'Done'; readonly rows: ReadonlyArray<A> }
  | { readonly _tag: 'Next'; readonly progress: Progress<A> }
  | { readonly _tag: 'GaveUp'; readonly why: string }

const beginning = { seen: new Map(), offset: 0, pages: 0, idle: 0, restarts: 0 }

const restart = <A>({ pages, restarts }: Progress<A>): Step<A> =>
  restarts >= mostRestarts
    ? { _tag: 'GaveUp', why: 'the listing kept changing while it was read' }
    : { _tag: 'Next', progress: { ...beginning, pages: pages + 1, restarts: restarts + 1 } }

/**
 * The next step after one more page. Every page after the first is asked to begin with the last row of the one before, so its
 * first row must be a known one. If it is not, rows before it were deleted meanwhile, others moved up past our place, and the
 * listing begins anew: a key that is missing from it would pass for a deleted one. Rows added meanwhile only repeat known ones.
 */
const step = <A>(progress: Progress<A>, { rows, total }: Page<A>, idOf: (row: A) => string): Step<A> => {
  const [first] = rows
  const begins = progress.seen.size === 0
  if (!begins && (first === undefined || !progress.seen.has(idOf(first)))) return restart(progress)
  const seen = new Map([...progress.seen, ...rows.map((row) => [idOf(row), row] as const)])
  if (rows.length <= 1 || (total !== null && seen.size >= total)) return { _tag: 'Done', rows: [...seen.values()] }
  const idle = seen.size === progress.seen.size ? progress.idle + 1 : 0
  const pages = progress.pages + 1
  if (idle >= mostIdlePages) return { _tag: 'GaveUp', why: 'the listing repeats its pages' }
  if (pages >= mostPages) return { _tag: 'GaveUp', why: `the listing has more than ${mostPages} pages` }
  return { _tag: 'Next', progress: { ...progress, seen, offset: progress.offset + rows.length - 1, pages, idle } }
}

const gaveUp = (message: string): OutcomeUnknown => ({ _tag: 'OutcomeUnknown', status: null, retryAfter: null, message })

/**
 * All rows of a listing that is read by offset, each id once, in order.
 * Where no total is told, it ends with a page that holds nothing but the row it overlaps with: how long a page is, is documented
 * (100) but not part of the answer, and a shorter one taken for the last would make keys look deleted. That is one request
 * more than stopping at a short page; only pages of a single row would be too short to tell.
 * Source: https://openrouter.ai/docs/features/provisioning-api-keys
 */
export const allPages = <A>(
  fetch: (offset: number) => TE.TaskEither<RemoteError, Page<A>>,
  idOf: (row: A) => string,
): TE.TaskEither<RemoteError, ReadonlyArray<A>> => {
  const from = (progress: Progress<A>): TE.TaskEither<RemoteError, ReadonlyArray<A>> =>
    pipe(
      fetch(progress.offset),
      TE.flatMap((page) => {
        const next = step(progress, page, idOf)
        if (next._tag === 'Next') return from(next.progress)
        return next._tag === 'Done' ? TE.right(next.rows) : TE.left(gaveUp(next.why))
      }),
    )
  return from(beginning)
}
