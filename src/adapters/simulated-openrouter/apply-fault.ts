import type { Account } from './account.js'
import { errorResponse } from './errors.js'
import type { Fault, Outcome } from './fault.js'
import { dated, handle } from './handle.js'
import type { Due, Sha256, WireRequest, WireResponse } from './wire.js'

/** The account after a request under a fault, what the client sees of it, and what is still due. */
export interface Applied {
  readonly account: Account
  readonly outcome: Outcome
  readonly dueLater: ReadonlyArray<Due>
}

/** Everything that decides the result. `history` holds former accounts, the newest first. */
export interface Arrival {
  readonly sha256: Sha256
  readonly account: Account
  readonly history: ReadonlyArray<Account>
  readonly request: WireRequest
  readonly now: number
}

const page = (status: number): WireResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: `<!DOCTYPE html><html><head><title>openrouter.ai | ${status}</title></head><body><h1>Error ${status}</h1></body></html>`,
})

const refusals: Readonly<Record<number, string>> = {
  401: 'User not found.',
  402: 'Insufficient credits. Add more using https://openrouter.ai/credits',
  403: 'Only management keys can perform this operation',
  404: 'API key not found',
}

const withoutKeys = (account: Account): Account => ({
  ...account,
  keys: new Map(),
  guardrails: new Map(),
  assignments: new Map(),
})

/** One request under a fault, or under none. Pure. */
export const applyFault = (fault: Fault | null, arrival: Arrival): Applied => {
  const { sha256, account, history, request, now } = arrival
  const untouched = (outcome: Outcome): Applied => ({ account, outcome, dueLater: [] })
  const answered = (response: WireResponse): Outcome => ({ _tag: 'Answered', response: dated(response, now), after: 0 })
  const applied = (see: (response: WireResponse) => Outcome): Applied => {
    const handled = handle(sha256, account, request, now)
    return { account: handled.account, outcome: see(handled.response), dueLater: handled.dueLater }
  }
  const seenFrom = (other: Account): Applied => untouched(answered(handle(sha256, other, request, now).response))

  if (fault === null) return applied(answered)
  switch (fault._tag) {
    case 'lost-before':
      return untouched({ _tag: 'ConnectionLost', sent: true })
    case 'refused-connection':
      return untouched({ _tag: 'ConnectionLost', sent: false })
    case 'lost-after':
      return applied(() => ({ _tag: 'ConnectionLost', sent: true }))
    case 'applied-then-5xx':
      return applied(() => answered(errorResponse(fault.status, 'Internal Server Error')))
    case '5xx-before':
      return untouched(answered(errorResponse(fault.status, 'Internal Server Error')))
    case 'late':
      return { account, outcome: { _tag: 'TimedOut' }, dueLater: [{ _tag: 'Request', at: now + fault.delay, request }] }
    case 'rate-limited': {
      const response = errorResponse(429, 'Rate limit exceeded')
      const wait = fault.retryAfter === null ? {} : { 'retry-after': String(fault.retryAfter) }
      return untouched(answered({ ...response, headers: { ...response.headers, ...wait } }))
    }
    case 'garbage':
      return applied((response) => answered({ ...response, status: response.status < 300 ? response.status : 200, body: '%PDF-1.7 not JSON' }))
    case 'html':
      return untouched(answered(page(fault.status)))
    case 'truncated':
      return applied((response) => answered({ ...response, body: response.body.slice(0, Math.floor(response.body.length / 2)) }))
    case 'slow':
      return applied((response) => ({ _tag: 'Answered', response, after: fault.delay }))
    case 'stale-read':
      return request.method === 'GET'
        ? seenFrom(history[Math.min(fault.back, history.length) - 1] ?? account)
        : applied(answered)
    case 'amnesia':
      return request.method === 'POST' ? applied(answered) : seenFrom(withoutKeys(account))
    case 'refuse':
      return untouched(answered(errorResponse(fault.status, refusals[fault.status] ?? 'Invalid request parameters')))
  }
}
