import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'

/** One request as it came in, in the order of arrival, from 1. `bodyName` is the `name` in its JSON body. */
export interface Arrival {
  readonly n: number
  readonly method: string
  /** Below `/api/v1`. */
  readonly path: string
  readonly bodyName: string | null
}

/**
 * What a test does on a request's way. `arrived`: before the service sees it; false loses it. `applied`: the service has
 * done it; false loses the answer. `answered`: the answer has left.
 */
export interface Gate {
  readonly arrived?: (arrival: Arrival) => Promise<boolean>
  readonly applied?: (arrival: Arrival) => Promise<boolean>
  readonly answered?: (arrival: Arrival) => void
}

/** A proxy before the sandbox that sees every request and every secret that was ever given out. */
export interface Front {
  readonly url: string
  readonly arrivals: ReadonlyArray<Arrival>
  readonly secrets: ReadonlySet<string>
  setGate: (gate: Gate) => void
  /** Milliseconds that every answer is held back. */
  setDelay: (delay: () => number) => void
  readonly close: () => Promise<void>
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: Buffer
}

const bodyOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])

const forward = (target: URL, incoming: IncomingMessage, body: Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => name !== 'host' && name !== 'connection'))
    const { hostname, port } = target
    const sent = httpRequest({ hostname, port, method: incoming.method, path: incoming.url, headers }, (answer) => {
      bodyOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes }),
        reject,
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

const send = (answer: Answer, out: ServerResponse, sent: () => void): void => {
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !hopByHop.has(name)) out.setHeader(name, value)
  }
  out.writeHead(answer.status)
  out.end(answer.body, sent)
}

const textIn = (body: Buffer, field: string): string | null => {
  try {
    const value = (JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>)[field]
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

export const startFront = async (sandboxUrl: string): Promise<Front> => {
  const target = new URL(sandboxUrl)
  const arrivals: Array<Arrival> = []
  const secrets = new Set<string>()
  let gate: Gate = {}
  let delay = (): number => 0

  const serve = async (incoming: IncomingMessage, out: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming)
    const path = (incoming.url ?? '').replace(/^\/api\/v1/, '').replace(/\?.*$/, '')
    const arrival: Arrival = { n: arrivals.length + 1, method: incoming.method ?? '', path, bodyName: textIn(body, 'name') }
    arrivals.push(arrival)
    const { arrived, applied, answered } = gate
    if (arrived !== undefined && !(await arrived(arrival))) return void out.destroy()
    const answer = await forward(target, incoming, body)
    const secret = arrival.method === 'POST' && path === '/keys' ? textIn(answer.body, 'key') : null
    if (secret !== null) secrets.add(secret)
    if (applied !== undefined && !(await applied(arrival))) return void out.destroy()
    const wait = delay()
    if (wait > 0) await sleep(wait)
    send(answer, out, () => answered?.(arrival))
  }

  const server = createServer((incoming, out) => {
    // A killed client breaks its connection off; that is what is tested here.
    serve(incoming, out).catch(() => out.destroy())
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  return {
    url: `http://127.0.0.1:${port}/api/v1`,
    arrivals,
    secrets,
    setGate: (next) => {
      gate = next
    },
    setDelay: (next) => {
      delay = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
