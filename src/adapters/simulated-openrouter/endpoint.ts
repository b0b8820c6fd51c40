import type { Account, ApiKey, ManagementKey } from './account.js'
import type { Due, Sha256, WireRequest, WireResponse } from './wire.js'

/** Whose credential came with a request. A key that cannot be used (disabled, expired, deleted) is nobody's. */
export type Caller =
  | { readonly _tag: 'Management'; readonly key: ManagementKey }
  | { readonly _tag: 'Ordinary'; readonly key: ApiKey }

/** One request on its way to its endpoint. `id` is what stands for `:id` in the path, else empty. */
export interface Call {
  readonly sha256: Sha256
  readonly account: Account
  readonly request: WireRequest
  readonly caller: Caller
  readonly id: string
  readonly now: number
}

/** The account after a request, the answer, and what is still to happen because of it. */
export interface Handled {
  readonly account: Account
  readonly response: WireResponse
  readonly dueLater: ReadonlyArray<Due>
}

export type Endpoint = (call: Call) => Handled

/** Answers without a change. */
export const answer = (call: Call, response: WireResponse): Handled => ({ account: call.account, response, dueLater: [] })

/** Answers after a change. */
export const change = (account: Account, response: WireResponse): Handled => ({ account, response, dueLater: [] })
