import type { HttpRequest } from '../../application/ports/http.js'
import type { NewGuardrail } from '../../application/ports/guardrail.js'
import type { NewKey } from '../../application/ports/open-router-client.js'
import type { Secret } from '../../application/secret.js'
import type { RemotePolicy } from '../../domain/key/remote-policy.js'
import type { KeyHash } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import { type Picodollars, toDecimalDollars } from '../../domain/shared/picodollars.js'
import type { Operation } from './operation.js'

/** JSON text of one value. */
type JsonText = string

type Unsigned = Omit<HttpRequest, 'bearer'>

/** Rows asked of one page of any list but `/keys`, the most that they give. */
const mostPerPage = '100'

const text = (value: string): JsonText => JSON.stringify(value)

const flag = (value: boolean): JsonText => (value ? 'true' : 'false')

// A decimal text is a JSON number as it stands. Through a double, digits could be lost before the amount leaves.
const dollars = (amount: Picodollars | null): JsonText => (amount === null ? 'null' : toDecimalDollars(amount))

/** `YYYY-MM-DDTHH:MM:SSZ`, with a fraction only where there is one: other offsets and minute precision are refused. */
const utc = (at: Instant): JsonText => text(new Date(at).toISOString().replace('.000Z', 'Z'))

const object = (fields: ReadonlyArray<readonly [name: string, value: JsonText | null]>): JsonText =>
  `{${fields.flatMap(([name, value]) => (value === null ? [] : [`${text(name)}:${value}`])).join(',')}}`

// The limit is always written: a key created without one is uncapped.
const creation = (key: NewKey): JsonText =>
  object([
    ['name', text(key.name)],
    ['limit', dollars(key.limit)],
    ['include_byok_in_limit', flag(key.includeByok)],
    ['expires_at', key.expiresAt === null ? null : utc(key.expiresAt)],
    ['workspace_id', key.workspace === null ? null : text(key.workspace)],
  ])

const resetText = (reset: RemotePolicy['reset']): JsonText | null => {
  // A field that is left out stays as it is, which is all that can be asked of a window that we do not know.
  if (reset === 'other') return null
  return reset === null ? 'null' : text(reset)
}

const change = (policy: RemotePolicy): JsonText =>
  object([
    ['disabled', flag(policy.disabled)],
    ['limit', dollars(policy.limit)],
    ['limit_reset', resetText(policy.reset)],
    ['include_byok_in_limit', flag(policy.includeByok)],
  ])

const get = (path: string, query: Readonly<Record<string, string>> = {}): Unsigned => ({
  method: 'GET',
  path,
  query,
  body: null,
})

const onKey = (method: 'PATCH' | 'DELETE', hash: KeyHash, body: JsonText | null): Unsigned => ({
  method,
  path: `/keys/${hash}`,
  query: {},
  body,
})

const guardrail = ({ name, cap, includeByok, workspace }: NewGuardrail): JsonText =>
  object([
    ['name', text(name)],
    ['limit_usd', dollars(cap.limit)],
    ['reset_interval', text(cap.reset)],
    ['include_byok_in_budgets', flag(includeByok)],
    ['workspace_id', workspace === null ? null : text(workspace)],
  ])

const page = (path: string, offset: number, workspace: string | null = null): Unsigned =>
  get(path, {
    limit: mostPerPage,
    offset: String(offset),
    ...(workspace === null ? {} : { workspace_id: workspace }),
  })

const post = (path: string, body: JsonText): Unsigned => ({ method: 'POST', path, query: {}, body })

const keyHashes = (hashes: ReadonlyArray<KeyHash>): JsonText => JSON.stringify({ key_hashes: hashes })

type OnGuardrails = Extract<Operation, { readonly _tag: `${string}Guardrail${string}` | 'ListAssignments' }>

const onGuardrails = (operation: OnGuardrails): Unsigned => {
  switch (operation._tag) {
    case 'ListGuardrails':
      return page('/guardrails', operation.offset, operation.workspace)
    case 'GetGuardrail':
      return get(`/guardrails/${operation.id}`)
    case 'CreateGuardrail':
      return post('/guardrails', guardrail(operation.guardrail))
    case 'DeleteGuardrail':
      return { method: 'DELETE', path: `/guardrails/${operation.id}`, query: {}, body: null }
    case 'ListAssignments':
      return page('/guardrails/assignments/keys', operation.offset)
    case 'AssignGuardrail':
      return post(`/guardrails/${operation.id}/assignments/keys`, keyHashes(operation.hashes))
    case 'UnassignGuardrail':
      return post(`/guardrails/${operation.id}/assignments/keys/remove`, keyHashes(operation.hashes))
  }
}

const unsigned = (operation: Operation): Unsigned => {
  switch (operation._tag) {
    case 'WhoAmI':
      return get('/key')
    case 'ListWorkspaces':
      return get('/workspaces', { limit: mostPerPage, offset: String(operation.offset) })
    case 'ListKeys':
      return get('/keys', {
        include_disabled: 'true',
        offset: String(operation.offset),
        ...(operation.workspace === null ? {} : { workspace_id: operation.workspace }),
      })
    case 'GetKey':
      return get(`/keys/${operation.hash}`)
    case 'CreateKey':
      return { method: 'POST', path: '/keys', query: {}, body: creation(operation.key) }
    case 'UpdateKey':
      return onKey('PATCH', operation.hash, change(operation.policy))
    case 'DeleteKey':
      return onKey('DELETE', operation.hash, null)
    case 'ReadCredits':
      return get('/credits')
    case 'ListGuardrails':
    case 'GetGuardrail':
    case 'CreateGuardrail':
    case 'DeleteGuardrail':
    case 'ListAssignments':
    case 'AssignGuardrail':
    case 'UnassignGuardrail':
      return onGuardrails(operation)
  }
}

/** The request of an operation, shown with `bearer`. Facts: https://openrouter.ai/docs/api-reference/api-keys */
export const toRequest = (operation: Operation, bearer: Secret): HttpRequest => ({ ...unsigned(operation), bearer })
