import { describe, expect, it } from 'vitest'

import type { Sandbox } from '../../../src/adapters/sandbox/start-sandbox.js'
import { attemptedCreations } from '../../../src/adapters/simulated-openrouter/journal.js'
import { allPages, howToInstall, type OfficialSdk, officialSdk, sdkIsInstalled } from './official-sdk.js'
import { make, withSandbox } from './running.js'

const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'

if (!sdkIsInstalled && !required) console.warn(`skipped: conformance with the official SDK, because ${howToInstall}`)

const connect = ({ url, managementKey }: Sandbox, apiKey = managementKey): Promise<OfficialSdk> =>
  officialSdk({ apiKey, serverURL: url, retryConfig: { strategy: 'none' } })

const withSdk = (use: (sdk: OfficialSdk, sandbox: Sandbox) => Promise<void>): Promise<void> =>
  withSandbox({ workspaces: ['team'] }, async (sandbox) => use(await connect(sandbox), sandbox))

const failure = (status: number, name: string) => expect.objectContaining({ statusCode: status, name })

it('the official SDK is installed, or nobody requires it', () => {
  expect(sdkIsInstalled || !required, howToInstall).toBe(true)
})

// Its schemas are strict: an answer that lacks a field, or has one of another type, is a ResponseValidationError.
describe.runIf(sdkIsInstalled)('the official SDK', () => {
  it('accepts every answer about keys', async () => {
    await withSdk(async (sdk, sandbox) => {
      const expiresAt = new Date(Date.now() + 86_400_000)
      const created = await sdk.apiKeys.create({
        requestBody: { name: 'k', limit: 0, limitReset: 'monthly', includeByokInLimit: true, expiresAt },
      })
      expect(created).toMatchObject({ key: expect.stringMatching(/^sk-or-v1-/), data: { name: 'k', limit: 0, limitRemaining: 0, limitReset: 'monthly', expiresAt, externalUser: null } })
      const [hash = ''] = sandbox.world.account.keys.keys()
      expect(await sdk.apiKeys.get({ hash })).toMatchObject({ data: { hash, updatedAt: null } })
      const updated = await sdk.apiKeys.update({ hash, requestBody: { disabled: true, limit: 12.5, limitReset: null } })
      expect(updated).toMatchObject({ data: { disabled: true, limit: 12.5, limitReset: null, includeByokInLimit: true } })
      expect(await sdk.apiKeys.update({ hash, requestBody: { limit: null } })).toMatchObject({ data: { limit: null, disabled: true } })
      expect(await sdk.apiKeys.list({ includeDisabled: true, offset: 0 })).toMatchObject({ data: [{ hash }] })
      expect(await sdk.apiKeys.list({})).toMatchObject({ data: [] })
      expect(await sdk.apiKeys.delete({ hash })).toMatchObject({ deleted: true })
      expect(await sdk.apiKeys.list({ includeDisabled: true })).toMatchObject({ data: [] })
    })
  })

  it('accepts what a key says of itself, of both kinds, and the credits', async () => {
    await withSdk(async (sdk, sandbox) => {
      expect(await sdk.apiKeys.getCurrentKeyMetadata()).toMatchObject({ data: { isManagementKey: true, workspaceId: null } })
      const { secret } = await make(sandbox, { limit: 3 })
      const own = await connect(sandbox, secret)
      expect(await own.apiKeys.getCurrentKeyMetadata()).toMatchObject({ data: { isManagementKey: false, limit: 3, limitRemaining: 3 } })
      expect(await sdk.credits.getCredits()).toMatchObject({ data: { totalCredits: 1000, totalUsage: 0 } })
    })
  })

  it('accepts workspaces', async () => {
    await withSdk(async (sdk) => {
      expect(await allPages(sdk.workspaces.list({ limit: 1 }))).toMatchObject([
        { result: { data: [{ slug: 'default' }], totalCount: 2 } },
        { result: { data: [{ slug: 'team' }] } },
        { result: { data: [], totalCount: 2 } },
      ])
      expect(await sdk.workspaces.get({ id: 'team' })).toMatchObject({ data: { slug: 'team' } })
    })
  })

  it('accepts guardrails and their assignments', async () => {
    await withSdk(async (sdk, sandbox) => {
      const { hash } = await make(sandbox)
      const terms = { name: 'g', limitUsd: 5, resetInterval: 'daily' }
      expect(await sdk.guardrails.create({ createGuardrailRequest: terms })).toMatchObject({ data: terms })
      const [id = ''] = sandbox.world.account.guardrails.keys()
      expect(await sdk.guardrails.get({ id })).toMatchObject({ data: terms })
      expect(await sdk.guardrails.update({ id, updateGuardrailRequest: { limitUsd: 6 } })).toMatchObject({ data: { limitUsd: 6 } })
      expect(await allPages(sdk.guardrails.list())).toMatchObject([{ result: { totalCount: 1, data: [{ id }] } }])
      expect(await sdk.guardrails.bulkAssignKeys({ id, bulkAssignKeysRequest: { keyHashes: [hash] } })).toEqual({ assignedCount: 1 })
      const assignments = [{ result: { totalCount: 1, data: [{ keyHash: hash, guardrailId: id }] } }]
      expect(await allPages(sdk.guardrails.listKeyAssignments())).toMatchObject(assignments)
      expect(await allPages(sdk.guardrails.listGuardrailKeyAssignments({ id }))).toMatchObject(assignments)
      expect(await sdk.guardrails.bulkUnassignKeys({ id, bulkUnassignKeysRequest: { keyHashes: [hash] } })).toEqual({ unassignedCount: 1 })
      expect(await sdk.guardrails.delete({ id })).toMatchObject({ deleted: true })
    })
  })

  it('accepts an inference answer', async () => {
    await withSdk(async (_, sandbox) => {
      const { secret } = await make(sandbox, { limit: 1 })
      const sdk = await connect(sandbox, secret)
      const chatRequest = { model: 'any/model', messages: [{ role: 'user', content: 'hello' }], maxTokens: 90 }
      expect(await sdk.chat.send({ chatRequest })).toMatchObject({ usage: { cost: 0.001, totalTokens: 100 } })
    })
  })

  it('recognises every refusal', async () => {
    await withSdk(async (sdk, sandbox) => {
      const { hash, secret } = await make(sandbox, { limit: 0 })
      const [nobody, ordinary] = [await connect(sandbox, 'sk-or-v1-nobody'), await connect(sandbox, secret)]
      const chatRequest = { model: 'any/model', messages: [{ role: 'user', content: 'hello' }] }
      await expect(nobody.apiKeys.list()).rejects.toEqual(failure(401, 'UnauthorizedResponseError'))
      await expect(ordinary.apiKeys.create({ requestBody: { name: 'k' } })).rejects.toEqual(failure(403, 'ForbiddenResponseError'))
      await expect(ordinary.chat.send({ chatRequest })).rejects.toEqual(failure(403, 'ForbiddenResponseError'))
      await expect(sdk.apiKeys.create({ requestBody: { name: '' } })).rejects.toEqual(failure(400, 'BadRequestResponseError'))
      await expect(sdk.apiKeys.get({ hash: 'f'.repeat(64) })).rejects.toEqual(failure(404, 'NotFoundResponseError'))
      sandbox.setFaults('*:rate-limited(1)@1,*:5xx-before(500)@2,*:applied-then-5xx(500)@3')
      await expect(sdk.apiKeys.list()).rejects.toEqual(failure(429, 'TooManyRequestsResponseError'))
      await expect(sdk.apiKeys.list()).rejects.toEqual(failure(500, 'InternalServerResponseError'))
      await expect(sdk.apiKeys.delete({ hash })).rejects.toEqual(failure(500, 'InternalServerResponseError'))
      await expect(sdk.apiKeys.get({ hash })).rejects.toEqual(failure(404, 'NotFoundResponseError'))
    })
  })
})

// Why Lean Vault does not use the SDK: its default is to send a create again, for up to an hour, whenever the answer is lost
// or a 5xx comes back. OpenRouter has no idempotency key, so every repeat is one more live key, and nobody holds its secret.
describe.runIf(sdkIsInstalled)('the retry that the official SDK does by default', () => {
  const brief = { strategy: 'backoff', backoff: { initialInterval: 20, maxInterval: 20, exponent: 1, maxElapsedTime: 2000 }, retryConnectionErrors: true }

  it.each(['lost-after', 'applied-then-5xx(502)'])('makes three keys of one call when %s happens twice', async (fault) => {
    await withSandbox({ faultSpec: `POST /keys:${fault}*2` }, async (sandbox) => {
      const sdk = await officialSdk({ apiKey: sandbox.managementKey, serverURL: sandbox.url, retryConfig: brief })
      await sdk.apiKeys.create({ requestBody: { name: 'once' } })
      expect(attemptedCreations(sandbox.world.journal)).toEqual(['once', 'once', 'once'])
      expect(sandbox.world.account.keys.size).toBe(3)
    })
  })

  it('is on without any configuration', async () => {
    await withSandbox({ faultSpec: 'POST /keys:lost-after@1' }, async (sandbox) => {
      const sdk = await officialSdk({ apiKey: sandbox.managementKey, serverURL: sandbox.url })
      await sdk.apiKeys.create({ requestBody: { name: 'once' } })
      expect(sandbox.world.account.keys.size).toBe(2)
    })
  })
})
