import { type Either, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { InvalidValue } from '../../../src/domain/shared/brand.js'
import {
  attemptId,
  keyHash,
  keyName,
  lineage,
  lineageOf,
  nonce,
  ownerId,
  vaultId,
  workspaceId,
} from '../../../src/domain/shared/identifiers.js'
import { runs } from '../../support/fc-runs.js'
import {
  anyAttemptId,
  anyHash,
  anyKeyName,
  anyLineage,
  anyNonce,
  anyOwnerId,
  anyText,
  anyVaultId,
  anyWorkspaceId,
} from '../../support/value-arbitraries.js'

const checks: Readonly<Record<string, readonly [(text: string) => Either<InvalidValue, string>, fc.Arbitrary<string>]>> = {
  keyName: [keyName, anyKeyName],
  lineage: [lineage, anyLineage],
  keyHash: [keyHash, anyHash],
  nonce: [nonce, anyNonce],
  vaultId: [vaultId, anyVaultId],
  attemptId: [attemptId, anyAttemptId],
  ownerId: [ownerId, anyOwnerId],
  workspaceId: [workspaceId, anyWorkspaceId],
}

describe.each(Object.entries(checks))('%s', (_, [check, valid]) => {
  it('takes what it should, unchanged', () => {
    fc.assert(
      fc.property(valid, (text) => {
        expect(check(text)).toEqual({ _tag: 'Right', right: text })
      }),
      runs(200),
    )
  })

  it('refuses what has anything before, after or inside that does not belong', () => {
    fc.assert(
      fc.property(valid, fc.constantFrom('\n', ' ', '\u0000', 'é', '\u200b', '‮', '\t'), fc.nat(), (text, odd, where) => {
        const at = where % (text.length + 1)
        expect(isRight(check(text.slice(0, at) + odd + text.slice(at)))).toBe(false)
        expect(isRight(check(`${text}${odd}`))).toBe(false)
      }),
      runs(200),
    )
  })

  it('refuses nothing at all, and says so without the text', () => {
    expect(isRight(check(''))).toBe(false)
    fc.assert(
      fc.property(anyText, (text) => {
        const result = check(`\u0000canary${text}`)
        expect(isRight(result)).toBe(false)
        expect(JSON.stringify(result)).not.toContain('canary')
      }),
      runs(100),
    )
  })
})

describe('a key name', () => {
  it.each(['a', 'A1', '0', 'my-key', 'my.key_2', 'a'.repeat(64), 'x..y', 'con'])('may be %j', (text) => {
    expect(isRight(keyName(text))).toBe(true)
  })

  it.each(['.a', '-a', '_a', 'a b', 'a/b', '..', 'a'.repeat(65), 'a#1', 'ä', 'a\n', 'a\u0000', 'a:b', '[lv:'])(
    'may not be %j',
    (text) => {
      expect(isRight(keyName(text))).toBe(false)
    },
  )
})

describe('a lineage', () => {
  it('is a name and a number from one, told apart by the sign that no name has', () => {
    fc.assert(
      fc.property(anyKeyName, fc.integer({ min: 1, max: 999_999_999 }), (name, n) => {
        const made = lineageOf(name, n)
        expect(lineage(made)).toEqual({ _tag: 'Right', right: made })
        expect(made.split('#')).toEqual([name, String(n)])
      }),
      runs(200),
    )
  })

  it.each(['k#0', 'k#01', 'k#', 'k', '#1', 'k#1#2', 'k#-1', 'k#1e3'])('may not be %j', (text) => {
    expect(isRight(lineage(text))).toBe(false)
  })
})

describe('a hash', () => {
  it.each(['A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(63)}g`])('may not be %j', (text) => {
    expect(isRight(keyHash(text))).toBe(false)
  })
})
