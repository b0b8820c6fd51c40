import { type Either, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { InvalidValue } from '../../../src/domain/shared/brand.js'
import {
  attemptId,
  channelName,
  guardrailId,
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

/** Each check, the field and the rule that it names, how long its text may be, and texts on the edge of what it takes. */
const rules: ReadonlyArray<readonly [(text: string) => Either<InvalidValue, string>, string, string, readonly [number, number], ReadonlyArray<string>]> = [
  [keyName, 'name', 'must be 1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or a digit', [1, 64], ['a', 'Z9', '0._-']],
  [lineage, 'lineage', 'must be a key name, a number sign and a whole number', [3, 74], ['k#1', 'k#10', 'a.b#999999999']],
  [keyHash, 'hash', 'must be 64 lowercase hex digits', [64, 64], ['0123456789abcdef'.repeat(4)]],
  [nonce, 'nonce', 'must be 32 lowercase hex digits', [32, 32], ['0123456789abcdef'.repeat(2)]],
  [vaultId, 'vaultId', 'must be 32 lowercase hex digits', [32, 32], ['0123456789abcdef'.repeat(2)]],
  [attemptId, 'attemptId', 'must be 16 to 32 lowercase hex digits', [16, 32], ['0123456789abcdef', 'f'.repeat(32)]],
  [ownerId, 'owner', 'must be 1 to 128 printable characters', [1, 128], ['!', '~', '!~'.repeat(64)]],
  [workspaceId, 'workspace', 'must be an identifier', [1, 128], ['!', '~', '!~'.repeat(64)]],
  [guardrailId, 'guardrail', 'must be an identifier', [1, 64], ['0', 'z', 'A', '_', '-', 'aZ09_-', 'g'.repeat(64)]],
  [channelName, 'channel', 'must be 1 to 32 lowercase letters, digits or hyphens, beginning with a letter or a digit', [1, 32], ['0', 'a', 'z9-', 'ops-mail', 'c'.repeat(32)]],
]

describe.each(rules)('%#', (check, field, rule, [, most], edges) => {
  it(`is a ${field}: all of the text is judged, and what is refused names field and rule`, () => {
    const refused = { _tag: 'Left', left: { _tag: 'InvalidValue', field, rule } }
    expect(check('')).toEqual(refused)
    for (const text of edges) {
      expect(check(text)).toEqual({ _tag: 'Right', right: text })
      for (const odd of ['é', ' ', '\n', '\u007f']) {
        for (const bad of [odd + text, text + odd, text.slice(0, 1) + odd + text.slice(1)]) expect(check(bad)).toEqual(refused)
      }
      expect(check(text + '1'.repeat(most + 1 - text.length))).toEqual(refused)
    }
  })
})

describe('a channel', () => {
  it.each(['-a', 'A', 'a_b', 'a.b', 'a#b', 'Ops'])('is not called %j', (text) => {
    expect(isRight(channelName(text))).toBe(false)
  })
})

describe('a guardrail', () => {
  it.each(['a.b', 'a/b', 'a b', 'a:b', '?', '#'])('is not %j', (text) => {
    expect(isRight(guardrailId(text))).toBe(false)
  })
})
