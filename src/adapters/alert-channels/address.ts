/** Whether a host, as the URL parser writes it, is this machine. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)

const parse = (text: string): URL | null => {
  // The URL parser forgives white space and backslashes; a mistyped address must not silently become another host.
  if (/[\s\\\p{Cc}]/u.test(text)) return null
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** An address that a message may be posted to: https, or plain http to this machine; no user name and no password. */
export const httpAddress = (text: string): URL | null => {
  const url = parse(text)
  if (url === null || url.username !== '' || url.password !== '') return null
  if (url.protocol === 'https:') return url
  return url.protocol === 'http:' && isLoopback(url.hostname) ? url : null
}

/** Where mail goes: `smtps://` has TLS from the start, `smtp://` must begin it, except on this machine. */
export interface MailAddress {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly mustUpgrade: boolean
  readonly user: string | null
  readonly from: string
  readonly to: string
}

const mailbox = /^[^\s<>@,;"]{1,64}@[^\s<>@,;"]{1,255}$/

const mailUrl = (text: string): URL | null => {
  const url = parse(text)
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')) return null
  return url.password !== '' || url.hostname === '' ? null : url
}

const portOf = ({ port, protocol }: URL): number => {
  if (port !== '') return Number(port)
  return protocol === 'smtps:' ? 465 : 587
}

/** `smtp[s]://[user@]host[:port]?from=A&to=B[,C]`, without a password. */
export const mailAddress = (text: string): MailAddress | null => {
  const url = mailUrl(text)
  if (url === null) return null
  const from = url.searchParams.get('from') ?? ''
  const to = (url.searchParams.get('to') ?? '').split(',')
  const secure = url.protocol === 'smtps:'
  return [from, ...to].every((each) => mailbox.test(each))
    ? {
        host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: portOf(url),
        secure,
        mustUpgrade: !secure && !isLoopback(url.hostname),
        user: url.username === '' ? null : decodeURIComponent(url.username),
        from,
        to: to.join(', '),
      }
    : null
}
