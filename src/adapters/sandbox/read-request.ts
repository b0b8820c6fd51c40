import type { IncomingMessage } from 'node:http'

import type { WireRequest } from '../simulated-openrouter/wire.js'

const longestBody = 1_048_576

const readBody = async (incoming: IncomingMessage): Promise<string | null> => {
  const chunks: Array<Buffer> = []
  let size = 0
  // A request without an encoding yields buffers, whatever its type says.
  const parts: AsyncIterable<Buffer> = incoming
  for await (const bytes of parts) {
    size += bytes.length
    // The rest is read all the same, so that the client gets to see the answer.
    if (size <= longestBody) chunks.push(bytes)
  }
  return size > longestBody ? null : Buffer.concat(chunks).toString('utf8')
}

/** The whole request, its path as it was sent; null when the body is longer than 1 MiB. */
export const readRequest = async (incoming: IncomingMessage): Promise<WireRequest | null> => {
  const body = await readBody(incoming)
  if (body === null) return null
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2)
  return {
    method: incoming.method ?? 'GET',
    path,
    query: Object.fromEntries(new URLSearchParams(query)),
    bearer: /^Bearer\s+(\S+)$/i.exec(incoming.headers.authorization ?? '')?.[1] ?? null,
    body: body === '' ? null : body,
  }
}
