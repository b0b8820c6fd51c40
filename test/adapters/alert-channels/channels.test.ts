import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { Webhook } from 'standardwebhooks'
import { afterAll, describe, expect, it } from 'vitest'

import { channelOpener, registerChannel, withNewSigningKey } from '../../../src/adapters/alert-channels/index.js'
import type { NewChannel } from '../../../src/application/alerts/alerts.js'
import type { AlertChannel } from '../../../src/application/ports/alert-channel.js'
import { reveal, type Secret, secret } from '../../../src/application/secret.js'
import type { Channel } from '../../../src/domain/alerts/channels.js'
import type { ChannelName } from '../../../src/domain/shared/identifiers.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import { alertChannelSuite, type ChannelSubject, messageOf } from '../../../src/testing/alert-channel-suite.js'
import { runSuite } from '../../support/run-suite.js'
import { mailReceiver, type Receiver, webReceiver } from './receivers.js'

/** A channel by its name. */
interface NamedChannel extends ChannelSubject {
  readonly name: string
}

const channelSuite = ({ name, ...subject }: NamedChannel): void => runSuite(`${name}, as a channel`, alertChannelSuite(subject))

const folder = mkdtempSync(join(tmpdir(), 'lean-vault-channels-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const keyText = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const otherKey = `whsec_${Buffer.from('fedcba9876543210fedcba9876543210').toString('base64')}`
const routingKey = 'R0UT1NGKEY0123456789abcdefABCDEF'

const registered = (channel: NewChannel): { readonly shown: Channel; readonly packed: Secret | null } => {
  const done = registerChannel(channel)
  if (isLeft(done)) throw new Error(JSON.stringify(done.left))
  const { kind, address, credential } = done.right
  return { shown: { name: 'c' as ChannelName, kind, address, since: 0 as Instant, credential: 1 }, packed: credential }
}

const direct = { tunnel: () => Promise.resolve(null), ca: null }

const opened = async (timeout: number, channel: NewChannel, packed?: Secret): Promise<AlertChannel> => {
  const { shown, packed: own } = registered(channel)
  const open = channelOpener({ env: process.env, platform: 'linux', timeout, way: direct })
  const done = await open(shown, packed ?? own)()
  if (isLeft(done)) throw new Error(done.left.message)
  return done.right
}

const overHttp = (name: string, of: (url: string) => NewChannel, secrets: ReadonlyArray<string>): NamedChannel => ({
  name,
  open: async (timeout) => {
    const receiver = await webReceiver()
    return { ...receiver, channel: await opened(timeout, of(`http://127.0.0.1:${String(receiver.port)}/hook/T0KEN`)) }
  },
  troubles: { fails: 'passing', refuses: 'hopeless', hangs: 'passing', gone: 'passing', redirects: 'passing', garbage: 'passing' },
  secrets: ['T0KEN', 'secret-in-the-answer', ...secrets],
})

channelSuite(overHttp('a webhook', (target) => ({ kind: 'webhook', target, credential: secret(keyText) }), [keyText]))
channelSuite(overHttp('Slack', (url) => ({ kind: 'slack', credential: secret(url) }), []))
channelSuite(overHttp('Discord', (url) => ({ kind: 'discord', credential: secret(url) }), []))
channelSuite(overHttp('Microsoft Teams', (url) => ({ kind: 'teams', credential: secret(url) }), []))
channelSuite(overHttp('PagerDuty', (target) => ({ kind: 'pagerduty', target, credential: secret(routingKey) }), [routingKey]))

const mailUrl = (port: number, user = 'vault@') => `smtp://${user}127.0.0.1:${String(port)}?from=vault@team.example&to=ops@team.example,more@team.example`

channelSuite({
  name: 'mail over a real SMTP server',
  open: async (timeout) => {
    const receiver = await mailReceiver()
    return { ...receiver, channel: await opened(timeout, { kind: 'smtp', target: mailUrl(receiver.port), credential: secret('pass-word') }) }
  },
  troubles: { fails: 'passing', refuses: 'hopeless', hangs: 'passing', gone: 'passing' },
  secrets: ['pass-word', 'secret-in-the-answer'],
})

const program = (name: string, lines: string): string => {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${lines}\n`)
  chmodSync(path, 0o755)
  return path
}

const local = (name: string, kind: 'command' | 'jsonl', out: string, target: (mood: string) => string): NamedChannel => ({
  name,
  open: async (timeout) => {
    const file = join(folder, `${out}-${String(Math.random())}`)
    let channel = await opened(timeout, { kind, target: kind === 'jsonl' ? file : target(`cat >> "${file}"`) })
    const read = (): ReadonlyArray<string> => {
      try {
        return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '')
      } catch {
        return []
      }
    }
    const moods: Readonly<Record<string, string>> = { takes: `cat >> "${file}"`, fails: 'exit 3', hangs: 'exec sleep 20' }
    const proxy: AlertChannel = { deliver: (message) => channel.deliver(message) }
    const open = channelOpener({ env: process.env, platform: 'linux', timeout, way: direct })
    return {
      channel: proxy,
      received: read,
      mood: (mood) => {
        const path = mood === 'gone' ? join(folder, 'no-such-program') : target(moods[mood] ?? '')
        const shown = { ...registered({ kind, target: path }).shown }
        channel = { deliver: (message) => async () => {
          const done = await open(shown, null)()
          return isLeft(done) ? done : await done.right.deliver(message)()
        } }
      },
      close: () => Promise.resolve(),
    }
  },
  troubles: kind === 'command' ? { fails: 'passing', hangs: 'passing', gone: 'hopeless' } : {},
  secrets: [],
})

let programs = 0
channelSuite(local('a command', 'command', 'commanded', (lines) => program(`p${String(++programs)}`, lines)))
channelSuite(local('JSON lines in a file', 'jsonl', 'lines', () => join(folder, 'unused')))

const web = async (use: (receiver: Receiver, url: string) => Promise<void>): Promise<void> => {
  const receiver = await webReceiver()
  await use(receiver, `http://127.0.0.1:${String(receiver.port)}/hook`).finally(receiver.close)
}

describe('a webhook', () => {
  it('is signed as the library of Standard Webhooks verifies it', () =>
    web(async (receiver, target) => {
      const channel = await opened(5_000, { kind: 'webhook', target, credential: secret(keyText) })
      const message = { ...messageOf(7, 8), at: Date.now() as Instant }
      await channel.deliver(message)()
      const verified = new Webhook(keyText).verify(receiver.received()[0] ?? '', { ...receiver.headers()[0] })
      expect(verified).toMatchObject({ type: 'lean-vault.alert', data: { id: message.id, alerts: [{ rule: 'limit-reached' }, { name: 'key-8' }] } })
      expect(receiver.headers()[0]?.['webhook-id']).toBe(message.id)
      expect(() => new Webhook(otherKey).verify(receiver.received()[0] ?? '', { ...receiver.headers()[0] })).toThrow()
    }))

  it('bears the signatures of the new key and of the one before it after a change', () =>
    web(async (receiver, target) => {
      const { packed } = registered({ kind: 'webhook', target, credential: secret(keyText) })
      const changed = withNewSigningKey(packed, secret(otherKey))
      if (isLeft(changed)) throw new Error('the key was not changed')
      const channel = await opened(5_000, { kind: 'webhook', target, credential: secret(keyText) }, changed.right)
      await channel.deliver({ ...messageOf(1), at: Date.now() as Instant })()
      for (const key of [keyText, otherKey])
        expect(new Webhook(key).verify(receiver.received()[0] ?? '', { ...receiver.headers()[0] })).toMatchObject({ type: 'lean-vault.alert' })
      const again = withNewSigningKey(changed.right, secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`))
      expect(isRight(again) && reveal(again.right)).not.toContain(keyText)
    }))

  it('is not followed when it redirects, and asks again when it is told to', () =>
    web(async (receiver, target) => {
      const channel = await opened(5_000, { kind: 'webhook', target, credential: secret(keyText) })
      receiver.mood('redirects')
      const answer = await channel.deliver(messageOf(1))()
      expect(isLeft(answer) && answer.left.message).toBe('it answered 307: redirects are not followed')
      expect(receiver.paths()).toEqual(['/hook'])
      receiver.mood('fails')
      const failed = await channel.deliver(messageOf(1))()
      expect(isLeft(failed) && failed.left.retryAfter).toBe(7_000)
    }))
})

describe('the bodies that chat services get', () => {
  const body = async (channel: (url: string) => NewChannel): Promise<unknown> => {
    const receiver = await webReceiver()
    const opening = await opened(5_000, channel(`http://127.0.0.1:${String(receiver.port)}/x`))
    await opening.deliver(messageOf(1))()
    await receiver.close()
    return JSON.parse(receiver.received()[0] ?? 'null')
  }
  const recorded = (name: string): unknown => JSON.parse(readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8'))

  it.each([
    ['slack', (url: string): NewChannel => ({ kind: 'slack', credential: secret(url) })],
    ['discord', (url: string): NewChannel => ({ kind: 'discord', credential: secret(url) })],
    ['teams', (url: string): NewChannel => ({ kind: 'teams', credential: secret(url) })],
    ['pagerduty', (url: string): NewChannel => ({ kind: 'pagerduty', target: url, credential: secret(routingKey) })],
  ] as const)('are as recorded: %s', async (name, channel) => {
    expect(await body(channel)).toEqual(recorded(name))
  })
})

describe('mail', () => {
  it('names the alert in its subject, says that no person sent it, and bears the delivery id', async () => {
    const receiver = await mailReceiver()
    const channel = await opened(5_000, { kind: 'smtp', target: mailUrl(receiver.port, ''), credential: secret('') })
    await channel.deliver(messageOf(3))()
    await receiver.close()
    const [mail = ''] = receiver.received()
    expect(mail).toMatch(/^Subject: \[lean-vault\] critical: key-3, limit-reached\r$/m)
    expect(mail).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(mail).toContain(`<${messageOf(3).id}@lean-vault.invalid>`)
    expect(mail).toMatch(/^To: ops@team.example, more@team.example\r$/m)
  })

  it('with a wrong password is hopeless, and the password is not told', async () => {
    const receiver = await mailReceiver()
    const channel = await opened(5_000, { kind: 'smtp', target: mailUrl(receiver.port), credential: secret('wrong-word') })
    const answer = await channel.deliver(messageOf(3))()
    await receiver.close()
    expect(answer).toEqual({ _tag: 'Left', left: { _tag: 'DeliveryProblem', hopeless: true, message: 'the mail server refused the user name or password', retryAfter: null } })
  })

  it('goes nowhere without TLS, except on this machine', async () => {
    const receiver = await mailReceiver()
    const open = channelOpener({ env: {}, platform: 'linux', timeout: 2_000, way: direct })
    const { shown } = registered({ kind: 'smtp', target: mailUrl(receiver.port, '') })
    const remote = secret(JSON.stringify({ url: mailUrl(receiver.port, '').replace('127.0.0.1', '0.0.0.0') }))
    const channel = await open(shown, remote)()
    const answer = isRight(channel) ? await channel.right.deliver(messageOf(1))() : channel
    await receiver.close()
    expect(isLeft(answer)).toBe(true)
    expect(receiver.received()).toEqual([])
  })
})

describe('a command', () => {
  it('is started without a shell and without our environment', async () => {
    const file = join(folder, 'environment')
    const path = program('told', `env > "${file}"; cat > /dev/null`)
    const open = channelOpener({ env: { ...process.env, LEAN_VAULT_MANAGEMENT_KEY: 'sk-or-v1-x', OPENROUTER_API_KEY: 'y' }, platform: 'linux', timeout: 5_000, way: direct })
    const channel = await open(registered({ kind: 'command', target: path }).shown, null)()
    if (isRight(channel)) expect(isRight(await channel.right.deliver(messageOf(1))())).toBe(true)
    expect(readFileSync(file, 'utf8')).not.toMatch(/LEAN_VAULT|OPENROUTER/)
    const odd = await opened(5_000, { kind: 'command', target: `${folder}/told; touch ${folder}/owned` })
    expect(isLeft(await odd.deliver(messageOf(1))())).toBe(true)
    expect(() => statSync(join(folder, 'owned'))).toThrow()
  })
})

describe('a registration', () => {
  const refused = (channel: NewChannel): string => {
    const done = registerChannel(channel)
    return isLeft(done) ? JSON.stringify(done.left) : 'taken'
  }

  it.each([
    ['plain http', { kind: 'webhook', target: 'http://hooks.example/x', credential: secret(keyText) }],
    ['a user in the address', { kind: 'webhook', target: 'https://u:p@hooks.example/x', credential: secret(keyText) }],
    ['no signing key', { kind: 'webhook', target: 'https://hooks.example/x' }],
    ['a short signing key', { kind: 'webhook', target: 'https://hooks.example/x', credential: secret('whsec_c2hvcnQ=') }],
    ['no address of a chat', { kind: 'slack' }],
    ['plain http of a chat', { kind: 'discord', credential: secret('http://discord.example/T0KEN') }],
    ['no routing key', { kind: 'pagerduty' }],
    ['a password in a mail address', { kind: 'smtp', target: 'smtps://u:T0KEN@mail.example?from=a@b.example&to=c@d.example' }],
    ['a mail without receivers', { kind: 'smtp', target: 'smtps://mail.example?from=a@b.example' }],
    ['two lines in a receiver', { kind: 'smtp', target: 'smtps://mail.example?from=a@b.example&to=c@d.example%0d%0aBcc:x@y.example' }],
    ['a relative path', { kind: 'command', target: 'tell.sh' }],
  ] satisfies ReadonlyArray<readonly [string, NewChannel]>)('is refused with %s, and its secret is not told', (_what, channel) => {
    expect(refused(channel)).toContain('InvalidInput')
    expect(refused(channel)).not.toMatch(/T0KEN|whsec_c2/)
  })

  it('shows the host of an address and seals the rest', () => {
    const { shown, packed } = registered({ kind: 'slack', credential: secret('https://hooks.slack.example/services/T0KEN') })
    expect(shown.address).toBe('https://hooks.slack.example')
    expect(packed === null ? '' : reveal(packed)).toContain('T0KEN')
  })
})
