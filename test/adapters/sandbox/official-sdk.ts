import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Call = (request?: unknown, options?: unknown) => Promise<unknown>
type Pages = (request?: unknown) => Promise<AsyncIterable<unknown>>

/** What the conformance test uses of `@openrouter/sdk`: any request, and an answer that its schemas have accepted. */
export interface OfficialSdk {
  readonly apiKeys: Record<'list' | 'create' | 'get' | 'update' | 'delete' | 'getCurrentKeyMetadata', Call>
  readonly credits: { readonly getCredits: Call }
  readonly workspaces: { readonly list: Pages; readonly get: Call }
  readonly guardrails: Record<'create' | 'get' | 'update' | 'delete' | 'bulkAssignKeys' | 'bulkUnassignKeys', Call> &
    Record<'list' | 'listKeyAssignments' | 'listGuardrailKeyAssignments', Pages>
  readonly chat: { readonly send: Call }
}

export interface SdkOptions {
  readonly apiKey: string
  readonly serverURL: string
  readonly retryConfig?: unknown
}

interface SdkModule {
  readonly OpenRouter: new (options: SdkOptions) => OfficialSdk
}

const folder = new URL('../../sdk/', import.meta.url)
const entry = new URL('node_modules/@openrouter/sdk/esm/index.js', folder)

export const sdkIsInstalled = existsSync(fileURLToPath(entry))

export const howToInstall = 'the official SDK is not installed; run: npm ci --ignore-scripts --prefix test/sdk'

/** A client of the official SDK. Without a retry configuration it has the SDK's default: to repeat for up to an hour. */
export const officialSdk = async (options: SdkOptions): Promise<OfficialSdk> => {
  const module: SdkModule = await import(entry.href)
  return new module.OpenRouter(options)
}

/** All pages of a listing. */
export const allPages = async (pages: Promise<AsyncIterable<unknown>>): Promise<ReadonlyArray<unknown>> => {
  const found: Array<unknown> = []
  for await (const page of await pages) found.push(page)
  return found
}
