import type { WireResponse } from './wire.js'

/**
 * What goes wrong with one request, as data. Times are milliseconds.
 *
 * - `lost-before`: it never arrives; the client sees a lost connection.
 * - `refused-connection`: it was certainly not sent.
 * - `lost-after`: it is applied, the answer is lost.
 * - `applied-then-5xx`: it is applied, the answer is this status.
 * - `5xx-before`: it is not applied, the answer is this status.
 * - `late`: the client sees a timeout now; it is applied `delay` later.
 * - `rate-limited`: 429, not applied; `retryAfter` in seconds goes into the header when given.
 * - `garbage`: it is applied; the answer is 2xx and no JSON.
 * - `html`: not applied; an edge server answers a page with this status.
 * - `truncated`: it is applied; the answer's JSON is cut in the middle.
 * - `slow`: it is applied now; the answer comes `delay` later.
 * - `stale-read`: a GET is answered from the state `back` changes ago; anything else is handled as usual.
 * - `amnesia`: keys and guardrails cannot be found or listed, management keys and workspaces can: a wrong backend. PATCH and
 *   DELETE answer 404. Creations are handled as usual.
 * - `refuse`: not applied; a JSON error of this 4xx status.
 */
export type Fault =
  | { readonly _tag: 'lost-before' }
  | { readonly _tag: 'refused-connection' }
  | { readonly _tag: 'lost-after' }
  | { readonly _tag: 'applied-then-5xx'; readonly status: number }
  | { readonly _tag: '5xx-before'; readonly status: number }
  | { readonly _tag: 'late'; readonly delay: number }
  | { readonly _tag: 'rate-limited'; readonly retryAfter: number | null }
  | { readonly _tag: 'garbage' }
  | { readonly _tag: 'html'; readonly status: number }
  | { readonly _tag: 'truncated' }
  | { readonly _tag: 'slow'; readonly delay: number }
  | { readonly _tag: 'stale-read'; readonly back: number }
  | { readonly _tag: 'amnesia' }
  | { readonly _tag: 'refuse'; readonly status: number }

/** What the client sees of a request: an answer, perhaps later; a lost connection; or nothing until it gives up. */
export type Outcome =
  | { readonly _tag: 'Answered'; readonly response: WireResponse; readonly after: number }
  | { readonly _tag: 'ConnectionLost'; readonly sent: boolean }
  | { readonly _tag: 'TimedOut' }
