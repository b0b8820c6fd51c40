import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { guardrailName, parseGuardrailName } from '../../../src/domain/spend/guardrail-name.js'
import { parseMarker } from '../../../src/domain/shared/marker.js'
import { runs } from '../../support/fc-runs.js'
import { anyVaultId } from '../../support/value-arbitraries.js'

describe("a guardrail's name", () => {
  it('tells whose it is and what it does, fits, and is taken for no key', () => {
    fc.assert(
      fc.property(
        anyVaultId,
        fc.bigInt({ min: 1n, max: 10n ** 22n }),
        fc.constantFrom('daily' as const, 'monthly' as const),
        fc.boolean(),
        (vaultId, amount, reset, includeByok) => {
          const cap = { limit: amount as Picodollars, reset }
          const name = guardrailName(vaultId, cap, includeByok)
          expect(parseGuardrailName(`edited ${name} by hand`)).toEqual({ vaultId, cap, includeByok })
          expect(name.length).toBeLessThanOrEqual(200)
          expect(parseMarker(name)).toBeNull()
        },
      ),
      runs(300),
    )
    expect(parseGuardrailName('lean-vault daily')).toBeNull()
  })
})
