import type { Picodollars } from '../../domain/shared/picodollars.js'

/** SHA-256 of UTF-8 text in lowercase hex. Injected, so that the model needs no Node. */
export type Sha256 = (text: string) => string

/** One request as OpenRouter receives it. `path` is below `/api/v1`; `bearer` is null without an Authorization header. */
export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly bearer: string | null
  readonly body: string | null
}

/** One answer: header names in lower case. */
export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What one use of a key costs: `credits` is taken from the account, `byok` is spent at the provider with the owner's key. */
export interface Cost {
  readonly credits: Picodollars
  readonly byok: Picodollars
}

/** Something that will happen at `at` whatever the client does meanwhile: a request on its way, or a charge to book. */
export type Due =
  | { readonly _tag: 'Request'; readonly at: number; readonly request: WireRequest }
  | { readonly _tag: 'Charge'; readonly at: number; readonly hash: string; readonly cost: Cost }

export const jsonResponse = (status: number, value: unknown): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})
