import { readdirSync, readFileSync } from 'node:fs'

import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import {
  readCreated,
  readDeleted,
  readIdentity,
  readKey,
  readKeys,
  readSecretAnswer,
  readStatus,
  readWorkspaces,
} from '../../../src/adapters/openrouter/response.js'
import type { HttpResponse } from '../../../src/application/ports/http.js'
import { reveal } from '../../../src/application/secret.js'
import { answer, at, dollars, hashOf, keyJson, no, ok, page, refusal, sha256 } from './fakes.js'

interface Sample {
  readonly operation: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  readonly expected?: unknown
}

const hash = hashOf('k')
const readers: Readonly<Record<string, (response: HttpResponse) => E.Either<unknown, unknown>>> = {
  whoami: readIdentity,
  'list-workspaces': readWorkspaces,
  'list-keys': readKeys,
  'get-key': readKey(hash),
  'update-key': readKey(hash),
  'create-key': readCreated,
  'delete-key': readDeleted,
}

const samples = (folder: string): ReadonlyArray<readonly [file: string, sample: Sample]> => {
  const place = new URL(`samples/${folder}/`, import.meta.url)
  return readdirSync(place).map((file) => [file, JSON.parse(readFileSync(new URL(file, place), 'utf8')) as Sample])
}

const read = ({ operation, status, headers = {}, body }: Sample) =>
  readers[operation]?.(answer(status, body, headers)) ?? E.left(`no reader for ${operation}`)

const success = (file: string) => {
  const found = samples('successes').find(([name]) => name === `${file}.json`)
  if (found === undefined) throw new Error(`no sample ${file}`)
  return ok(read(found[1]))
}

describe('what an error answer means', () => {
  it.each(samples('errors'))('%s', (_, sample) => {
    expect(no(read(sample))).toEqual(sample.expected)
  })
})

describe('what a good answer says', () => {
  it('has a sample for every file', () => {
    for (const [file, sample] of samples('successes')) expect([file, read(sample)._tag]).toEqual([file, 'Right'])
  })

  it('reads a listing: exact money, any offset, and what this version does not know', () => {
    expect(success('list-keys')).toEqual({
      total: null,
      rows: [
        {
          hash: '2b3c0a7d6f1e4b5890aa11bb22cc33dd44ee55ff66a7b8c9d0e1f20314253647',
          name: 'billing-service',
          label: 'sk-or-v1-4f1...c07',
          policy: { disabled: false, limit: dollars('75'), reset: 'weekly', includeByok: false },
          workspace: '7d0c6b1e-30f4-4b0e-9a53-5a8f8e2b9c11',
          expiresAt: at('2027-06-30T23:59:59Z'),
          createdAt: at('2026-02-03T04:05:06.789Z'),
          creatorId: 'user_sample',
          usage: { total: 120_000_037_500_000n, day: 300_000n, week: dollars('75.25'), month: dollars('100'), byok: { total: 0n, day: 0n, week: 0n, month: 0n } },
        },
        {
          hash: 'ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100',
          name: 'from the future',
          label: 'Team key',
          policy: { disabled: true, limit: null, reset: 'other', includeByok: true },
          workspace: null,
          expiresAt: null,
          createdAt: null,
          creatorId: null,
          usage: { total: null, day: 0n, week: 0n, month: null, byok: { total: null, day: null, week: null, month: null } },
        },
      ],
    })
  })

  it('reads who is calling', () => {
    expect(success('whoami')).toEqual({ isManagement: true, creatorId: 'user_sample', label: 'sk-or-v1-9ab...777' })
    expect(success('whoami-older')).toEqual({ isManagement: false, creatorId: null, label: 'sk-or-v1-9ab...777' })
    expect(ok(readIdentity(answer(200, { data: { label: 'x' } })))).toEqual({ isManagement: null, creatorId: null, label: 'x' })
  })

  it('reads workspaces, with or without a slug', () => {
    expect(success('list-workspaces')).toEqual({
      total: 2,
      rows: [
        { id: '7d0c6b1e-30f4-4b0e-9a53-5a8f8e2b9c11', name: 'Default', slug: 'default' },
        { id: 'c2f0e0a1-7a43-4d5f-8d0b-0b7b8b6a1f22', name: 'Staging', slug: null },
      ],
    })
  })

  it.each([200, 201, 299])('takes a new key at %i, its secret hidden', (status) => {
    const key = 'sk-or-v1-abcdef'
    const created = ok(readCreated(answer(status, { data: keyJson(key), key })))
    expect(created.details.hash).toBe(sha256(key))
    expect(reveal(created.secret)).toBe(key)
    expect(JSON.stringify(created.secret)).toBe('"<redacted>"')
  })

  it.each(['', ' ', 'short', 'sk-or-v1-with space', 'sk-or-v1-\u00e9\u00e9\u00e9', null, 7, undefined])('does not take %j for a secret', (key) => {
    const error = no(readCreated(answer(201, { data: keyJson(String(key)), key })))
    expect(error).toMatchObject({ _tag: 'OutcomeUnknown', message: expect.stringMatching(/: key: expected the text of a key$/) })
  })

  it('does not believe a secret that does not hash to the key', () => {
    const error = no(readCreated(answer(201, { data: keyJson('another'), key: 'sk-or-v1-abcdef' })))
    expect(error).toMatchObject({ _tag: 'OutcomeUnknown', status: 201 })
    expect(JSON.stringify(error)).not.toContain('abcdef')
  })
})

describe('an answer about one key', () => {
  it('tells whether it is enabled, whatever else is odd about it', () => {
    const odd = { hash, disabled: true, limit: 'no number', name: 7 }
    expect(readStatus(hash)(answer(200, { data: odd }))).toEqual(E.right('disabled'))
    expect(readStatus(hash)(answer(200, { data: { ...odd, disabled: false } }))).toEqual(E.right('enabled'))
    expect(readKey(hash)(answer(200, { data: odd }))).toMatchObject(E.left({ _tag: 'OutcomeUnknown' }))
  })

  it('is not believed when it is about another key', () => {
    const other = answer(200, { data: keyJson('other') })
    expect(readStatus(hash)(other)).toMatchObject(E.left({ _tag: 'OutcomeUnknown' }))
    expect(readKey(hash)(other)).toMatchObject(E.left({ _tag: 'OutcomeUnknown' }))
  })

  it('says absent only in the format of OpenRouter', () => {
    expect(readStatus(hash)(refusal(404))).toEqual(E.right('absent'))
    expect(readDeleted(refusal(404))).toEqual(E.right('absent'))
    expect(readStatus(hash)(answer(404, page))).toMatchObject(E.left({ _tag: 'OutcomeUnknown' }))
    expect(readDeleted(answer(404, ''))).toMatchObject(E.left({ _tag: 'OutcomeUnknown' }))
  })

  it('is deleted only when it says so', () => {
    expect(readDeleted(answer(200, { deleted: true }))).toEqual(E.right('deleted'))
    expect(readDeleted(answer(200, { deleted: false }))).toMatchObject(E.left({ _tag: 'OutcomeUnknown' }))
    expect(readDeleted(answer(204, ''))).toMatchObject(E.left({ _tag: 'OutcomeUnknown' }))
  })
})

describe('a secret that was tried', () => {
  it.each<readonly [HttpResponse, unknown]>([
    [answer(200, { data: { label: 'x' } }), E.right('accepted')],
    [refusal(401), E.right('refused')],
    [refusal(403), E.left({ _tag: 'Refused', status: 403, message: 'No.' })],
    [refusal(404), E.left({ _tag: 'Absent', message: 'No.' })],
  ])('%j', (response, expected) => {
    expect(readSecretAnswer(response)).toEqual(expected)
  })

  it.each([200, 401])('is neither accepted nor refused by a page at %i', (status) => {
    expect(readSecretAnswer(answer(status, page))).toMatchObject(E.left({ _tag: 'OutcomeUnknown' }))
  })
})
