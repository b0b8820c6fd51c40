import { readFileSync } from 'node:fs'
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, connect, createServer as createTcp, type Server as TcpServer, type Socket } from 'node:net'

/** A server on 127.0.0.1 and all that is needed to end it, whatever its clients do. */
export interface Listening {
  readonly port: number
  readonly close: () => Promise<void>
}

const pem = (file: string): string => readFileSync(new URL(`samples/tls/${file}`, import.meta.url), 'utf8')

/** A certificate for `openrouter.test` that signs itself, and its key. Trusted by nobody. */
export const certificate = pem('cert.pem')

const listening = async (server: Server | TcpServer): Promise<Listening> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

export const httpServer = (handler: Handler): Promise<Listening> =>
  listening(createHttp((request, response) => void handler(request, response)))

export const httpsServer = (handler: Handler): Promise<Listening> =>
  listening(createHttps({ cert: certificate, key: pem('key.pem') }, (request, response) => void handler(request, response)))

/** A server that does what it likes with each connection. */
export const tcpServer = (onConnection: (socket: Socket) => void): Promise<Listening> => listening(createTcp(onConnection))

/** A proxy that tunnels every CONNECT to one port of this machine, unless `answer` has something else to say. */
export const connectProxy = (
  port: number,
  answer: (request: IncomingMessage) => string | null = () => null,
): Promise<Listening & { readonly asked: Array<IncomingMessage> }> => {
  const asked: Array<IncomingMessage> = []
  const server = createHttp((_, response) => response.writeHead(405).end())
  server.on('connect', (request, socket: Socket) => {
    asked.push(request)
    const other = answer(request)
    if (other !== null) {
      socket.end(other)
      return
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    socket.on('close', () => onward.destroy())
  })
  return listening(server).then((proxy) => ({ ...proxy, asked }))
}

export const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** A port on which nobody listens. */
export const closedPort = async (): Promise<number> => {
  const server = await tcpServer(() => undefined)
  await server.close()
  return server.port
}
