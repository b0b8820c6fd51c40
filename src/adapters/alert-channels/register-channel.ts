import { isAbsolute } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import type { NewChannel } from '../../application/alerts/alerts.js'
import type { Registration } from '../../application/alerts/manage-channels.js'
import { invalidInput, type VaultError } from '../../application/errors.js'
import { reveal, type Secret } from '../../application/secret.js'
import { httpAddress, mailAddress } from './address.js'
import { packCredential, unpackCredential } from './credential.js'
import { signingKey } from './standard-webhook.js'

type Registered = E.Either<VaultError, Registration>

const wrong = (field: string, rule: string): E.Either<VaultError, never> => E.left(invalidInput({ field, rule }))

const httpRule = 'must be an https address without a user name (plain http only to this machine)'
const keyRule = 'must be whsec_ and 24 to 64 bytes in base64, as Standard Webhooks writes it'

const textOf = (credential: Secret | undefined): string => (credential === undefined ? '' : reveal(credential).trim())

const checkedUrl = (text: string): E.Either<VaultError, URL> => {
  const url = httpAddress(text)
  return url === null ? wrong('channel address', httpRule) : E.right(url)
}

/** Only the host of an address is shown: the rest of it may be all the credential there is. */
const webhook = (target: string, key: string): Registered =>
  pipe(
    checkedUrl(target),
    E.flatMap((url) =>
      signingKey(key) === null
        ? wrong('signing key', keyRule)
        : E.right<VaultError, Registration>({
            kind: 'webhook',
            address: url.origin,
            credential: packCredential({ url: url.href, signingKeys: [key] }),
          }),
    ),
  )

const chat = (kind: 'slack' | 'discord' | 'teams', address: string): Registered =>
  pipe(
    checkedUrl(address),
    E.map((url) => ({ kind, address: url.origin, credential: packCredential({ url: url.href }) })),
  )

const usualPagerduty = 'https://events.pagerduty.com/v2/enqueue'

const pagerduty = (target: string, token: string): Registered =>
  pipe(
    checkedUrl(target === '' ? usualPagerduty : target),
    E.flatMap((url) =>
      /^[A-Za-z0-9]{20,64}$/.test(token)
        ? E.right<VaultError, Registration>({ kind: 'pagerduty', address: url.origin, credential: packCredential({ url: url.href, token }) })
        : wrong('routing key', 'must be the integration key of an Events API v2 integration'),
    ),
  )

const smtp = (target: string, password: string): Registered => {
  const mail = mailAddress(target)
  if (mail === null) return wrong('channel address', 'must be smtps://user@host?from=a@x.example&to=b@x.example, without a password')
  if (mail.user !== null && password === '') return wrong('password', 'is needed for the user name in the address')
  const shown = `${mail.secure ? 'smtps' : 'smtp'}://${mail.host}:${mail.port} to ${mail.to}`
  return E.right({ kind: 'smtp', address: shown, credential: packCredential({ url: target, ...(password === '' ? {} : { password }) }) })
}

const path = (kind: 'command' | 'jsonl', target: string): Registered =>
  isAbsolute(target) && !/[\p{Cc}]/u.test(target) && target.length <= 1024
    ? E.right({ kind, address: target, credential: null })
    : wrong('channel address', 'must be an absolute path')

/** Checks a new channel and parts what may be shown from what must be sealed. */
export const registerChannel = ({ kind, target = '', credential }: NewChannel): Registered => {
  const given = textOf(credential)
  switch (kind) {
    case 'webhook':
      return webhook(target, given)
    case 'slack':
    case 'discord':
    case 'teams':
      return chat(kind, given === '' ? target : given)
    case 'pagerduty':
      return pagerduty(target, given)
    case 'smtp':
      return smtp(target, given)
    case 'command':
    case 'jsonl':
      return path(kind, target)
    case 'desktop':
    case 'stderr':
      return E.right({ kind, address: kind === 'desktop' ? 'this desktop' : 'standard error', credential: null })
  }
}

/** A webhook's new signing key beside the one before it; a key that is older than both is forgotten. */
export const withNewSigningKey = (old: Secret | null, key: Secret): E.Either<VaultError, Secret> => {
  const packed = unpackCredential(old)
  const [newest] = packed.signingKeys ?? []
  if (newest === undefined) return wrong('channel', 'must be a webhook: only its signing key can be changed in place')
  const given = textOf(key)
  if (signingKey(given) === null) return wrong('signing key', keyRule)
  return given === newest ? wrong('signing key', 'is in use already') : E.right(packCredential({ ...packed, signingKeys: [given, newest] }))
}
