import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { type Bench, makeBench } from './bench.js'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.dispose())

interface Received {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const receiver = async (use: (url: string, received: ReadonlyArray<Received>) => Promise<void>): Promise<void> => {
  const received: Array<Received> = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
    request.on('end', () => {
      received.push({ body, headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])) })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  await use(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`, received).finally(() => server.close())
}

/** The bench's clock stands at another time than that of the library, which refuses old messages: it is asked at the time of the message. */
const verifies = (key: string, { body, headers }: Received): boolean => {
  const real = Date.now
  Date.now = () => Number(headers['webhook-timestamp']) * 1000
  try {
    new Webhook(key).verify(body, { ...headers })
    return true
  } catch {
    return false
  } finally {
    Date.now = real
  }
}

const at = (name: string): string => join(bench.folder, name)
const keyIn = (name: string): string => readFileSync(at(name), 'utf8').trim()

describe('a signing key that is made', () => {
  it('lies in a file of its owner, is printed nowhere, and signs; a new one signs beside it until the next change', async () => {
    expect((await bench.run(['init'], { stdin: bench.managementKey })).exit).toBe(0)
    await receiver(async (url, received) => {
      const outputs = [await bench.run(['alerts', 'add-channel', 'ops', '--webhook', url, '--new-key', at('one.key')])]
      expect(outputs[0]).toMatchObject({ exit: 0 })
      expect(keyIn('one.key')).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
      expect(statSync(at('one.key')).mode & 0o777).toBe(0o600)
      outputs.push(await bench.run(['alerts', 'test', 'ops']))
      outputs.push(await bench.run(['alerts', 'rotate-key', 'ops', '--new-key', at('two.key')]))
      outputs.push(await bench.run(['alerts', 'test', 'ops']))
      outputs.push(await bench.run(['alerts', 'rotate-key', 'ops', '--new-key', at('three.key'), '--json']))
      outputs.push(await bench.run(['alerts', 'test', 'ops']))
      outputs.push(await bench.run(['history', '--json']))
      expect(outputs.map(({ exit }) => exit)).toEqual([0, 0, 0, 0, 0, 0, 0])
      const keys = ['one.key', 'two.key', 'three.key'].map(keyIn)
      expect(new Set(keys).size).toBe(3)
      expect(received.map((each) => keys.map((key) => verifies(key, each)))).toEqual([
        [true, false, false],
        [true, true, false],
        [false, true, true],
      ])
      for (const { stdout, stderr } of outputs) expect(`${stdout}${stderr}`).not.toMatch(/whsec_/)
    })
  })

  it('never takes the place of a file, and leaves none where the channel is refused', async () => {
    expect((await bench.run(['init'], { stdin: bench.managementKey })).exit).toBe(0)
    writeFileSync(at('mine'), 'mine')
    expect(await bench.run(['alerts', 'add-channel', 'ops', '--webhook', 'https://hooks.example/x', '--new-key', at('mine')])).toMatchObject({ exit: 2 })
    expect(readFileSync(at('mine'), 'utf8')).toBe('mine')
    expect(await bench.run(['alerts', 'add-channel', 'ops', '--webhook', 'http://hooks.example/x', '--new-key', at('none')])).toMatchObject({ exit: 2 })
    expect(await bench.run(['alerts', 'rotate-key', 'nobody', '--new-key', at('none')])).toMatchObject({ exit: 3 })
    expect(await bench.run(['alerts', 'add-channel', 'ops', '--slack', '--new-key', at('none')])).toMatchObject({ exit: 2 })
    expect(existsSync(at('none'))).toBe(false)
    expect((await bench.run(['alerts', 'channels', '--json'])).stdout.trim()).toBe('[]')
  })
})
