import * as E from 'fp-ts/lib/Either.js'

import { type Secret, secret } from '../../application/secret.js'
import { type InvalidValue, invalidValue } from '../../domain/shared/brand.js'
import type { BaseUrl } from './base-url.js'

/** A proxy that opens tunnels by CONNECT. `authorization` is a whole header value. */
export interface Proxy {
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  readonly port: number
  readonly authorization: Secret | null
}

/** The values of `HTTPS_PROXY` and `NO_PROXY`; `null` or empty when not set. */
export interface ProxySettings {
  readonly httpsProxy: string | null
  readonly noProxy: string | null
}

const invalid = (rule: string): E.Either<InvalidValue, never> => E.left(invalidValue('HTTPS_PROXY', rule))

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

/** Whether one entry of NO_PROXY, `host`, `.host`, `*.host` or one of them with a port, names the target or a domain above it. */
const names = (entry: string, { hostname, port }: BaseUrl): boolean => {
  const [, host = entry, only] = /^(.+):(\d+)$/.exec(entry.includes('::') ? '' : entry) ?? []
  if (only !== undefined && Number(only) !== port) return false
  const domain = bare(host.toLowerCase()).replace(/^\*?\./, '')
  return domain === '*' || hostname === domain || hostname.endsWith(`.${domain}`)
}

const isExempt = (base: BaseUrl, noProxy: string | null): boolean =>
  base.isLoopback ||
  (noProxy ?? '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => names(entry, base))

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const authorizationOf = ({ username, password }: URL): Secret | null =>
  username === '' && password === ''
    ? null
    : secret(`Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`)

const parse = (text: string): URL | null => {
  if (/[\s\p{Cc}]/u.test(text)) return null
  try {
    return new URL(text.includes('://') ? text : `http://${text}`)
  } catch {
    return null
  }
}

/**
 * The proxy to reach `base` through, `null` for none. This machine is never reached through a proxy.
 * The setting may hold a password and is never part of the error.
 */
export const proxyFor = (base: BaseUrl, { httpsProxy, noProxy }: ProxySettings): E.Either<InvalidValue, Proxy | null> => {
  const text = (httpsProxy ?? '').trim()
  if (text === '' || isExempt(base, noProxy)) return E.right(null)
  const url = parse(text)
  if (url === null || url.hostname === '') return invalid('must be a URL such as http://proxy.example:3128')
  const { protocol } = url
  if (protocol !== 'http:' && protocol !== 'https:') return invalid('must begin with http:// or https://')
  const port = url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port)
  return E.right({ protocol, hostname: bare(url.hostname), port, authorization: authorizationOf(url) })
}
