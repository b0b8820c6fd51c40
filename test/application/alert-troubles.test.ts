import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { isLeft } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { channelOpener, registerChannel } from '../../src/adapters/alert-channels/index.js'
import type { AlertDeps, OwnChannel } from '../../src/application/alerts/alert-deps.js'
import { deliverAlerts } from '../../src/application/alerts/deliver-alerts.js'
import { evaluateAlerts } from '../../src/application/alerts/evaluate-alerts.js'
import { addChannel } from '../../src/application/alerts/manage-channels.js'
import type { AlertChannel } from '../../src/application/ports/alert-channel.js'
import { secret } from '../../src/application/secret.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { hour, minute } from '../domain/alerts/facts.js'
import { type AlertBench, makeAlertBench, using, valueOf } from './alert-bench.js'

/** What a receiver got: the ids and names in a message, and whether it said yes. */
interface Got {
  readonly names: ReadonlyArray<string>
  readonly ids: ReadonlyArray<string>
  readonly raised: ReadonlyArray<string>
  readonly taken: boolean
}

type Trouble = 'answers 500' | 'times out' | 'redirects' | 'answers garbage' | 'is not there' | 'breaks off'

/** A web server on one port that can be in trouble, and can be gone. */
const openReceiver = async () => {
  const got: Array<Got> = []
  let trouble: Trouble | null = null
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
    request.on('end', () => {
      const { data } = JSON.parse(body) as { readonly data: { readonly alerts: ReadonlyArray<{ readonly name: string; readonly id: string; readonly raisedAt: string }> } }
      got.push({ names: data.alerts.map(({ name }) => name), ids: data.alerts.map(({ id }) => id), raised: data.alerts.map(({ raisedAt }) => raisedAt), taken: trouble === null })
      if (trouble === 'times out') return
      if (trouble === 'breaks off') return void request.socket.destroy()
      if (trouble === 'answers garbage') return void request.socket.end('\u0000 no HTTP\r\n\r\n')
      response.writeHead(trouble === null ? 204 : trouble === 'redirects' ? 302 : 500, { location: '/elsewhere' })
      response.end()
    })
  })
  const listen = (port: number): Promise<number> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  const port = await listen(0)
  return {
    got,
    url: `http://127.0.0.1:${String(port)}/hook`,
    begin: async (what: Trouble): Promise<void> => {
      trouble = what
      if (what === 'is not there') await close()
    },
    end: async (): Promise<void> => {
      if (trouble === 'is not there') await listen(port)
      trouble = null
    },
    close,
  }
}

const direct = { tunnel: () => Promise.resolve(null), ca: null }
const openerWithin = (timeout: number): AlertDeps['openChannel'] => channelOpener({ env: {}, platform: 'linux', timeout, way: direct })
const signingKey = secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`)

const withWebhook = async (url: string, trouble: Trouble): Promise<AlertBench> => {
  const bench = makeAlertBench({}, { openChannel: openerWithin(trouble === 'times out' ? 60 : 10_000) })
  const checked = registerChannel({ kind: 'webhook', target: url, credential: signingKey })
  if (isLeft(checked)) throw new Error(JSON.stringify(checked.left))
  await valueOf(addChannel(bench.process(), 'ops', checked.right))
  return bench
}

const evaluate = (bench: AlertBench, keys: Readonly<Record<string, number>>, deps = bench.process()) =>
  valueOf(
    evaluateAlerts(deps, { now: bench.now() as Instant, keys: Object.entries(keys).map(([name, percent]) => using(name, percent, bench.now())), account: null }),
  )

const many = (percent: number): Readonly<Record<string, number>> => Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`k${String(n)}`, percent]))

describe.each<Trouble>(['answers 500', 'times out', 'redirects', 'answers garbage', 'is not there', 'breaks off'])('a web hook that %s for a day', (trouble) => {
  it('is tried now and then, and gets everything afterwards, in order for each key, without a flood', async () => {
    const receiver = await openReceiver()
    const bench = await withWebhook(receiver.url, trouble)
    await receiver.begin(trouble)
    let tries = 0
    for (let at = 0; at < 24 * 60; at += 10) {
      bench.advance(10 * minute)
      // Twelve alerts at once when the trouble begins, twelve in the middle of it, and one each hour.
      if (at === 0) await evaluate(bench, many(81))
      if (at === 12 * 60) await evaluate(bench, many(96))
      if (at % 60 === 30) await evaluate(bench, { [`h${String(Math.floor(at / 60))}`]: 100 })
      const { delivered, failed } = await valueOf(deliverAlerts(bench.process()))
      expect(delivered).toBe(0)
      if (failed > 0) tries += 1
    }
    expect(tries).toBeGreaterThan(10)
    expect(tries).toBeLessThan(45)
    await receiver.end()
    bench.advance(2 * hour)
    await valueOf(deliverAlerts({ ...bench.process(), openChannel: openerWithin(10_000) }))
    await receiver.close()
    const taken = receiver.got.filter((each) => each.taken)
    // One message to see whether it is back, then digests.
    expect(taken[0]?.ids).toHaveLength(1)
    expect(taken.length).toBeLessThanOrEqual(4)
    const ids = taken.flatMap((each) => each.ids)
    expect(ids).toHaveLength(12 + 12 + 24)
    expect(new Set(ids).size).toBe(ids.length)
    for (const name of Object.keys(many(0))) {
      const raised = taken.flatMap((each) => each.raised.filter((_, n) => each.names[n] === name))
      expect(raised).toHaveLength(2)
      expect(raised).toEqual([...raised].sort())
    }
  }, 30_000)
})

describe('a channel that takes no digest', () => {
  it('gets each alert by itself in the end, and none of them is given up', async () => {
    const bench = makeAlertBench({}, {})
    await bench.addChannel('ops')
    const taken: Array<string> = []
    const openOnlySingle: AlertDeps['openChannel'] = () => async () => ({
      _tag: 'Right',
      right: {
        deliver: (message) => async () => {
          if (message.alerts.length > 1) return { _tag: 'Left', left: { _tag: 'DeliveryProblem', hopeless: true, message: 'it answered 413', retryAfter: null } }
          taken.push(message.alerts[0].id)
          return { _tag: 'Right', right: undefined }
        },
      },
    })
    const deps = { ...bench.process(), openChannel: openOnlySingle }
    await evaluate(bench, many(100))
    for (let n = 0; n < 40; n += 1) {
      await valueOf(deliverAlerts(deps))
      bench.advance(hour)
    }
    expect(new Set(taken).size).toBe(12)
    expect(taken).toHaveLength(12)
  })
})

describe('a slow channel', () => {
  it('is not waited for: what is left goes in the next run', async () => {
    const bench = makeAlertBench({ digestAbove: 100 })
    await bench.addChannel('ops')
    bench.answers.set('ops', () => Promise.resolve(bench.advance(4_000)))
    await evaluate(bench, many(100))
    const began = bench.now()
    expect(await valueOf(deliverAlerts(bench.process()))).toMatchObject({ delivered: 3, failed: 0 })
    expect(bench.now() - began).toBeLessThanOrEqual(14_000)
    expect(await valueOf(deliverAlerts(bench.process()))).toMatchObject({ delivered: 3 })
  })
})

describe('a channel of a program', () => {
  const own = (bench: AlertBench, deliver: AlertChannel['deliver']): AlertDeps => {
    const channel: OwnChannel['channel'] = { name: 'mine' as never, kind: 'command', address: 'this program', since: bench.now() as Instant, credential: 0 }
    return { ...bench.process(), ownChannels: [{ channel, deliver }] }
  }
  const taking = (taken: Array<string>): AlertChannel['deliver'] => (message) => async () => {
    taken.push(...message.alerts.map(({ name, rule }) => `${name ?? ''} ${rule}`))
    return Promise.resolve({ _tag: 'Right', right: undefined })
  }
  const failing: AlertChannel['deliver'] = () => async () =>
    Promise.resolve({ _tag: 'Left', left: { _tag: 'DeliveryProblem', hopeless: false, message: 'down', retryAfter: null } })

  it('gets after a restart what failed before it, and what was raised while the program was not there', async () => {
    const bench = makeAlertBench()
    await evaluate(bench, { before: 100 })
    bench.advance(minute)
    const first = own(bench, failing)
    await evaluate(bench, { a: 100 }, first)
    await valueOf(deliverAlerts(first))
    bench.advance(hour)
    await evaluate(bench, { b: 100 })
    bench.advance(hour)
    const taken: Array<string> = []
    await valueOf(deliverAlerts(own(bench, taking(taken))))
    expect(taken).toEqual(['a limit-reached', 'b limit-reached'])
  })
})
