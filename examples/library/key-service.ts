// A web service that hands out keys: POST /keys/<name> makes the key if it is missing and gives its secret, DELETE removes it.
// Who may ask is one token here; put your own check in its place, and TLS before the service.
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { isVaultFailure, promises, reveal, type VaultErrorTag } from 'lean-vault'

const token = process.env['SERVICE_TOKEN'] ?? ''
if (token === '') throw new Error('SERVICE_TOKEN says who may ask')

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const mayAsk = (header = ''): boolean => timingSafeEqual(digest(header), digest(`Bearer ${token}`))

/** What a caller is told; anything else is 500, and the log has it. */
const statuses: Partial<Record<VaultErrorTag, number>> = {
  InvalidInput: 400,
  KeyNotFound: 404,
  KeyBusy: 409,
  KeyNotReady: 409,
  NameOwesRevocation: 409,
  RemoteUnavailable: 503,
}

const vault = await promises.openVault({ env: process.env })

const answer = async (method: string, name: string): Promise<unknown> => {
  if (method === 'DELETE') return await vault.remove(name)
  await vault.add(name, { monthlyLimit: 5, expires: '7d', ifMissing: true })
  return { name, secret: reveal((await vault.get(name)).secret) }
}

const server = createServer((request, response) => {
  const tell = (status: number, body: unknown): void => void response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
  const { method = '', url = '', headers } = request
  const [, name] = /^\/keys\/([\w.-]+)$/.exec(url) ?? []
  if (!mayAsk(headers.authorization)) return tell(401, { error: 'Unauthorized' })
  if (name === undefined || !['POST', 'DELETE'].includes(method)) return tell(404, { error: 'NotFound' })
  answer(method, name).then(
    (body) => tell(200, body),
    (caught: unknown) => {
      if (!isVaultFailure(caught)) return tell(500, { error: 'Unexpected' })
      tell(statuses[caught.error._tag] ?? 500, { error: caught.error._tag })
    },
  )
})

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
process.once('SIGTERM', () => server.close(() => void vault.close()))
