import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Operation, repeatabilityOf } from '../../../src/adapters/openrouter/operation.js'
import { toRequest } from '../../../src/adapters/openrouter/request.js'
import type { NewKey } from '../../../src/application/ports/open-router-client.js'
import type { RemotePolicy } from '../../../src/domain/key/remote-policy.js'
import { fromDecimalDollars, type Picodollars, toDecimalDollars } from '../../../src/domain/shared/picodollars.js'
import { at, dollars, hashOf, managementKey, ok, space } from './fakes.js'

const hash = hashOf('k')
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
    const kinds = Object.fromEntries(rows.map(({ operation, method }) => [method, repeatabilityOf(operation)]))
    expect(kinds).toEqual({ GET: 'read', PATCH: 'set', DELETE: 'set', POST: 'once' })
  })
})
