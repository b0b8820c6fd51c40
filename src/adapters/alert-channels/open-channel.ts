import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AlertChannel, AlertMessage, DeliveryProblem, OpenChannel } from '../../application/ports/alert-channel.js'
import { httpAddress, mailAddress } from './address.js'
import { discordBody, pagerdutyBody, slackBody, teamsBody } from './chat-bodies.js'
import { type Credential, unpackCredential } from './credential.js'
import { toDesktop, toFile, toProgram, toStderr } from './local-channels.js'
import { sendMail } from './mail.js'
import { post, type Way } from './post.js'
import { problem } from './problem.js'
import { signatureHeaders, signingKey } from './standard-webhook.js'
import { payload } from './text.js'

/** What channels see of their surroundings. */
export interface ChannelSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  /** The whole time of one message, in milliseconds. */
  readonly timeout: number
  /** How addresses are reached. Mail goes directly: proxies carry web addresses. */
  readonly way: Way
}

type Deliver = AlertChannel['deliver']
type Opened = TE.TaskEither<DeliveryProblem, AlertChannel>

const unusable: Opened = TE.left(problem('its sealed credential is not usable; remove the channel and add it again', true))

const made = (deliver: Deliver): Opened => TE.right({ deliver })

const posting = (
  { url }: Credential,
  { timeout, way }: Pick<ChannelSurroundings, 'timeout' | 'way'>,
  bodyOf: (message: AlertMessage) => unknown,
  headersOf: (message: AlertMessage, body: string) => Readonly<Record<string, string>> = () => ({}),
): Opened => {
  const address = httpAddress(url ?? '')
  if (address === null) return unusable
  return made((message) => {
    const body = JSON.stringify(bodyOf(message))
    const headers = { 'content-type': 'application/json', 'user-agent': 'lean-vault', ...headersOf(message, body) }
    return post({ url: address, headers, body, timeout, way })
  })
}

const webhook = (credential: Credential, around: ChannelSurroundings): Opened => {
  const keys = (credential.signingKeys ?? []).flatMap((text) => signingKey(text) ?? [])
  if (keys.length === 0) return unusable
  return posting(credential, around, payload, ({ id, at }, body) => signatureHeaders(id, at, body, keys))
}

const mailing = (credential: Credential, { timeout, way: { ca } }: ChannelSurroundings): Opened => {
  const address = mailAddress(credential.url ?? '')
  return address === null ? unusable : made((message) => sendMail(address, credential.password ?? null, { timeout, ca }, message))
}

const pagerduty = (credential: Credential, around: ChannelSurroundings): Opened => {
  const { token } = credential
  return token === undefined ? unusable : posting(credential, around, (message) => pagerdutyBody(message, token))
}

/** Opens the channels of every kind that there is. Nothing is sent, and no mail library is loaded, before the first message. */
export const channelOpener =
  (around: ChannelSurroundings): OpenChannel =>
  ({ kind, address }, packed) => {
    const credential = unpackCredential(packed)
    const { timeout, env, platform } = around
    switch (kind) {
      case 'stderr':
        return made(toStderr)
      case 'jsonl':
        return made((message) => toFile(address, message))
      case 'webhook':
        return webhook(credential, around)
      case 'smtp':
        return mailing(credential, around)
      case 'slack':
        return posting(credential, around, slackBody)
      case 'discord':
        return posting(credential, around, discordBody)
      case 'teams':
        return posting(credential, around, teamsBody)
      case 'pagerduty':
        return pagerduty(credential, around)
      case 'desktop':
        return made((message) => toDesktop(platform, { env, timeout }, message))
      case 'command':
        return made((message) => toProgram({ path: address, args: [], env, timeout }, message))
    }
  }

