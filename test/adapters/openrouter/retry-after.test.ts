import { describe, expect, it } from 'vitest'

import { retryAfterIn } from '../../../src/adapters/openrouter/retry-after.js'

const date = 'Wed, 21 Oct 2026 07:28:00 GMT'

describe('Retry-After', () => {
  it.each([
    [{}, null],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': ' 120 ' }, 120_000],
    [{ 'retry-after': '1.5' }, null],
    [{ 'retry-after': '-3' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '99999999999' }, null],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date }, 30_000],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:27:30 GMT', date }, 0],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' }, null],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date: 'yesterday' }, null],
    [{ 'retry-after': 'Wed, 99 Oct 2026 07:28:30 GMT', date }, null],
  ])('%j asks to wait %s ms', (headers, expected) => {
    expect(retryAfterIn(headers)).toBe(expected)
  })
})
