import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Operation, repeatabilityOf } from '../../../src/adapters/openrouter/operation.js'
import { toRequest } from '../../../src/adapters/openrouter/request.js'
import type { NewKey } from '../../../src/application/ports/open-router-client.js'
import type { RemotePolicy } from '../../../src/domain/key/remote-policy.js'
import type { GuardrailId } from '../../../src/domain/shared/identifiers.js'
import { fromDecimalDollars, type Picodollars, toDecimalDollars } from '../../../src/domain/shared/picodollars.js'
import { at, dollars, hashOf, managementKey, ok, space } from './fakes.js'

const hash = hashOf('k')
const guard = 'g-1' as GuardrailId
const plain: NewKey = { name: 'n', limit: dollars('0'), includeByok: true, expiresAt: null, workspace: null }
const policy: RemotePolicy = { disabled: false, limit: dollars('12.50'), reset: 'monthly', includeByok: false }

interface Row {
  readonly operation: Operation
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
}

const rows: ReadonlyArray<Row> = [
  { operation: { _tag: 'WhoAmI' }, method: 'GET', path: '/key' },
  {
    operation: { _tag: 'ListWorkspaces', offset: 7 },
    method: 'GET',
    path: '/workspaces',
    query: { limit: '100', offset: '7' },
  },
  {
    operation: { _tag: 'ListKeys', workspace: null, offset: 0 },
    method: 'GET',
    path: '/keys',
    query: { include_disabled: 'true', offset: '0' },
  },
  {
    operation: { _tag: 'ListKeys', workspace: space('ws-1'), offset: 99 },
    method: 'GET',
    path: '/keys',
    query: { include_disabled: 'true', offset: '99', workspace_id: 'ws-1' },
  },
  { operation: { _tag: 'GetKey', hash }, method: 'GET', path: `/keys/${hash}` },
  { operation: { _tag: 'DeleteKey', hash }, method: 'DELETE', path: `/keys/${hash}` },
  {
    operation: { _tag: 'CreateKey', key: plain },
    method: 'POST',
    path: '/keys',
    body: '{"name":"n","limit":0,"include_byok_in_limit":true}',
  },
  {
    operation: {
      _tag: 'CreateKey',
      key: { ...plain, name: 'a "b"\n', limit: dollars('0.01'), expiresAt: at('2027-12-31T23:59:59Z'), workspace: space('ws-2') },
    },
    method: 'POST',
    path: '/keys',
    body: '{"name":"a \\"b\\"\\n","limit":0.01,"include_byok_in_limit":true,"expires_at":"2027-12-31T23:59:59Z","workspace_id":"ws-2"}',
  },
  {
    operation: { _tag: 'CreateKey', key: { ...plain, expiresAt: at('2027-01-01T00:00:00.250Z') } },
    method: 'POST',
    path: '/keys',
    body: '{"name":"n","limit":0,"include_byok_in_limit":true,"expires_at":"2027-01-01T00:00:00.250Z"}',
  },
  {
    operation: { _tag: 'UpdateKey', hash, policy },
    method: 'PATCH',
    path: `/keys/${hash}`,
    body: '{"disabled":false,"limit":12.5,"limit_reset":"monthly","include_byok_in_limit":false}',
  },
  {
    operation: { _tag: 'UpdateKey', hash, policy: { ...policy, disabled: true, limit: null, reset: null } },
    method: 'PATCH',
    path: `/keys/${hash}`,
    body: '{"disabled":true,"limit":null,"limit_reset":null,"include_byok_in_limit":false}',
  },
  {
    operation: { _tag: 'UpdateKey', hash, policy: { ...policy, reset: 'other' } },
    method: 'PATCH',
    path: `/keys/${hash}`,
    body: '{"disabled":false,"limit":12.5,"include_byok_in_limit":false}',
  },
  { operation: { _tag: 'ReadCredits' }, method: 'GET', path: '/credits' },
  {
    operation: { _tag: 'ListGuardrails', workspace: space('ws-1'), offset: 3 },
    method: 'GET',
    path: '/guardrails',
    query: { limit: '100', offset: '3', workspace_id: 'ws-1' },
  },
  { operation: { _tag: 'GetGuardrail', id: guard }, method: 'GET', path: '/guardrails/g-1' },
  {
    operation: {
      _tag: 'CreateGuardrail',
      guardrail: { name: 'a "b"', cap: { limit: dollars('1.5'), reset: 'daily' }, includeByok: true, workspace: null },
    },
    method: 'POST',
    path: '/guardrails',
    body: '{"name":"a \\"b\\"","limit_usd":1.5,"reset_interval":"daily","include_byok_in_budgets":true}',
  },
  { operation: { _tag: 'DeleteGuardrail', id: guard }, method: 'DELETE', path: '/guardrails/g-1' },
  {
    operation: { _tag: 'ListAssignments', offset: 0 },
    method: 'GET',
    path: '/guardrails/assignments/keys',
    query: { limit: '100', offset: '0' },
  },
  {
    operation: { _tag: 'AssignGuardrail', id: guard, hashes: [hash] },
    method: 'POST',
    path: '/guardrails/g-1/assignments/keys',
    body: `{"key_hashes":["${hash}"]}`,
  },
  {
    operation: { _tag: 'UnassignGuardrail', id: guard, hashes: [hash] },
    method: 'POST',
    path: '/guardrails/g-1/assignments/keys/remove',
    body: `{"key_hashes":["${hash}"]}`,
  },
]

describe('the request of an operation', () => {
  it.each(rows)('$method $path $query $body', ({ operation, method, path, query = {}, body = null }) => {
    expect(toRequest(operation, managementKey)).toEqual({ method, path, query, bearer: managementKey, body })
  })

  it('writes any amount without losing a digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 28n }), (value) => {
        const limit = value as Picodollars
        const { body } = toRequest({ _tag: 'UpdateKey', hash, policy: { ...policy, limit } }, managementKey)
        const written = /"limit":([^,}]*)/.exec(body ?? '')?.[1] ?? ''
        expect(written).toBe(toDecimalDollars(limit))
        expect(ok(fromDecimalDollars(written))).toBe(limit)
        expect(JSON.parse(body ?? '')).toMatchObject({ limit: Number(written) })
      }),
    )
  })

  it('says what may be sent twice', () => {
    const kinds = new Set(rows.map(({ operation, method }) => `${method} ${repeatabilityOf(operation)}`))
    expect([...kinds].sort()).toEqual(['DELETE set', 'GET read', 'PATCH set', 'POST once', 'POST set'])
    const posts = rows.filter(({ method }) => method === 'POST').map(({ operation }) => operation)
    expect(new Set(posts.filter((each) => repeatabilityOf(each) === 'once').map(({ _tag }) => _tag))).toEqual(
      new Set(['CreateKey', 'CreateGuardrail']),
    )
  })
})
