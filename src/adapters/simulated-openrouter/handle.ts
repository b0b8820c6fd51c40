import type { Account } from './account.js'
import type { Caller, Handled } from './endpoint.js'
import { errorResponse, methodNotAllowed, missingCredential, notManagement, unknownCredential } from './errors.js'
import { isUsable } from './key-state.js'
import { type Route, routes } from './routes.js'
import type { Sha256, WireRequest, WireResponse } from './wire.js'

/** What stands for `:id`, empty when the pattern has none; null when the path does not match. */
const matchPath = (pattern: string, path: string): string | null => {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return null
  if (!wanted.every((segment, n) => segment === given[n] || (segment === ':id' && given[n] !== ''))) return null
  return given[wanted.indexOf(':id')] ?? ''
}

interface Found {
  readonly route: Route
  readonly id: string
}

const routesTo = (path: string): ReadonlyArray<Found> =>
  routes.flatMap((route) => {
    const id = matchPath(route.path, path)
    return id === null ? [] : [{ route, id }]
  })

const identify = (sha256: Sha256, account: Account, bearer: string, now: number): Caller | null => {
  const hash = sha256(bearer)
  const management = account.managementKeys.get(hash)
  if (management !== undefined) return { _tag: 'Management', key: management }
  const key = account.keys.get(hash)
  return key !== undefined && isUsable(key, now) ? { _tag: 'Ordinary', key } : null
}

const dispatch = (sha256: Sha256, account: Account, request: WireRequest, now: number): Handled => {
  const refuse = (response: WireResponse): Handled => ({ account, response, dueLater: [] })
  const found = routesTo(request.path)
  if (found.length === 0) return refuse(errorResponse(404, 'Not Found'))
  const match = found.find((candidate) => candidate.route.method === request.method)
  if (match === undefined) return refuse(methodNotAllowed())
  if (request.bearer === null) return refuse(missingCredential())
  const caller = identify(sha256, account, request.bearer, now)
  if (caller === null) return refuse(unknownCredential())
  const { access, endpoint } = match.route
  if (access !== 'any' && caller._tag === 'Ordinary') return refuse(notManagement(access))
  return endpoint({ sha256, account, request, caller, id: match.id, now })
}

/** The answer with the service's own clock in its `date` header, as every HTTP server sends it. */
export const dated = (response: WireResponse, now: number): WireResponse => ({
  ...response,
  headers: { ...response.headers, date: new Date(now).toUTCString() },
})

/**
 * One request to the simulated service: the account afterwards, the answer, and what is still due.
 * Pure: the same account, request and time give the same result. `now` is the service's clock.
 */
export const handle = (sha256: Sha256, account: Account, request: WireRequest, now: number): Handled => {
  const handled = dispatch(sha256, account, request, now)
  return { ...handled, response: dated(handled.response, now) }
}
