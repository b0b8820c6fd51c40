import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { OutcomeUnknown, RemoteError } from '../../application/ports/remote-error.js'
import type { Page } from './codec.js'

/** Rows of a full page: https://openrouter.ai/docs/features/provisioning-api-keys */
const fullPage = 100
const mostPages = 1000
const mostRestarts = 3

/** How far one listing has come. `seen` keeps the order of the rows. */
interface Progress<A> {
  readonly seen: ReadonlyMap<string, A>
  readonly pages: number
  readonly restarts: number
}

type Step<A> =
  | { readonly _tag: 'Done'; readonly rows: ReadonlyArray<A> }
  | { readonly _tag: 'Next'; readonly progress: Progress<A> }
  | { readonly _tag: 'GaveUp'; readonly why: string }

const restart = <A>(progress: Progress<A>): Step<A> =>
  progress.restarts >= mostRestarts
    ? { _tag: 'GaveUp', why: 'the listing kept changing while it was read' }
    : { _tag: 'Next', progress: { seen: new Map(), pages: progress.pages, restarts: progress.restarts + 1 } }

/**
 * The next step after one more page. Every page after the first begins at the last row that we have, so its first row must
 * be a known one. If it is not, rows before it were deleted meanwhile, others moved up past our place, and the listing begins
 * anew: a key that is missing from it would pass for a deleted one. Rows added meanwhile only repeat known ones.
 */
const step = <A>(progress: Progress<A>, page: Page<A>, idOf: (row: A) => string): Step<A> => {
  const pages = progress.pages + 1
  const first = page.rows[0]
  const begins = progress.seen.size === 0
  if (begins && first === undefined) return { _tag: 'Done', rows: [] }
  if (!begins && (first === undefined || !progress.seen.has(idOf(first)))) return restart({ ...progress, pages })
  const seen = new Map([...progress.seen, ...page.rows.map((row) => [idOf(row), row] as const)])
  const isStill = seen.size === progress.seen.size
  if (isStill && page.rows.length >= fullPage) return { _tag: 'GaveUp', why: 'the listing repeats its pages' }
  if (isStill || (page.total !== null && seen.size >= page.total)) return { _tag: 'Done', rows: [...seen.values()] }
  if (pages >= mostPages) return { _tag: 'GaveUp', why: `the listing has more than ${mostPages} pages` }
  return { _tag: 'Next', progress: { ...progress, seen, pages } }
}

const gaveUp = (message: string): OutcomeUnknown => ({ _tag: 'OutcomeUnknown', status: null, retryAfter: null, message })

/**
 * All rows of a listing that is read by offset, each id once, in order.
 * Where no total is told, it ends with a page that brings nothing new: the size of a page is not part of the answer, and a
 * smaller one taken for the last would make keys look deleted. That is one request more than stopping at a short page.
 */
export const allPages = <A>(
  fetch: (offset: number) => TE.TaskEither<RemoteError, Page<A>>,
  idOf: (row: A) => string,
): TE.TaskEither<RemoteError, ReadonlyArray<A>> => {
  const from = (progress: Progress<A>): TE.TaskEither<RemoteError, ReadonlyArray<A>> =>
    pipe(
      fetch(Math.max(0, progress.seen.size - 1)),
      TE.flatMap((page) => {
        const next = step(progress, page, idOf)
        if (next._tag === 'Next') return from(next.progress)
        return next._tag === 'Done' ? TE.right(next.rows) : TE.left(gaveUp(next.why))
      }),
    )
  return from({ seen: new Map(), pages: 0, restarts: 0 })
}
