import * as E from 'fp-ts/lib/Either.js'

import { type InvalidValue, invalidValue } from '../../domain/shared/brand.js'

/** A checked base URL in parts. `path` is empty or begins with a slash and does not end in one. */
export interface BaseUrl {
  /** Scheme, host and port, for instance `https://openrouter.ai`. */
  readonly origin: string
  /** Host name without port; an IPv6 address without brackets. */
  readonly hostname: string
  readonly port: number
  readonly path: string
  readonly isLoopback: boolean
}

const field = 'base URL'
const invalid = (rule: string): E.Either<InvalidValue, never> => E.left(invalidValue(field, rule))

const loopbackV4 = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/

/** Whether a host, as the URL parser writes it, is this machine: `localhost`, 127.0.0.0/8 or `::1`. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '::1' || loopbackV4.test(hostname)

const parse = (text: string): URL | null => {
  // The URL parser forgives white space and backslashes inside; a mistyped base must not silently become another host.
  if (/[\s\\\p{Cc}]/u.test(text)) return null
  try {
    return new URL(text)
  } catch {
    return null
  }
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

const portOf = ({ port, protocol }: URL): number => {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/** The rule that a URL breaks, if any. */
const broken = (text: string, url: URL): string | null => {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://'
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or a password'
  if (/[?#]/.test(text)) return 'must not contain a query or a fragment'
  if (url.protocol === 'http:' && !isLoopback(hostOf(url))) {
    return 'must begin with https://; plain http is for this machine only'
  }
  return null
}

/**
 * Checks the base of the API. Only https, and plain http to this machine alone, because every request carries a credential.
 * The text itself may hold a secret by mistake and is never part of the error.
 */
export const parseBaseUrl = (text: string): E.Either<InvalidValue, BaseUrl> => {
  const url = parse(text)
  if (url === null) return invalid('must be a URL such as https://openrouter.ai/api/v1')
  const rule = broken(text, url)
  if (rule !== null) return invalid(rule)
  return E.right({
    origin: url.origin,
    hostname: hostOf(url),
    port: portOf(url),
    path: url.pathname.replace(/\/+$/, ''),
    isLoopback: isLoopback(hostOf(url)),
  })
}
