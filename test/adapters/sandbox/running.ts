import * as E from 'fp-ts/lib/Either.js'

import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/adapters/sandbox/start-sandbox.js'

/** Runs `use` against a sandbox of its own and closes it whatever happens. */
export const withSandbox = async (options: SandboxOptions, use: (sandbox: Sandbox) => Promise<void>): Promise<void> => {
  const started = await startSandbox(options)()
  if (E.isLeft(started)) throw new Error(started.left.message)
  await use(started.right).finally(started.right.close)
}

/** One request with the management key, or with another, or with none. */
export const ask = (
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  bearer: string | null = sandbox.managementKey,
): Promise<Response> =>
  fetch(`${sandbox.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

/** Creates a key with the management key. */
export const make = async (sandbox: Sandbox, body: object = {}): Promise<{ readonly hash: string; readonly secret: string }> => {
  const response = await ask(sandbox, 'POST', '/keys', { name: 'k', ...body })
  // A creation that was refused fails the test by what it does with the key.
  const made = (await response.json()) as { readonly key: string; readonly data: { readonly hash: string } }
  return { hash: made.data.hash, secret: made.key }
}
