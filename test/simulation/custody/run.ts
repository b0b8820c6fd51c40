import { isRight } from 'fp-ts/lib/Either.js'

import { initVault } from '../../../src/index.js'
import type { VaultId } from '../../../src/domain/shared/identifiers.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { checkFiles, checkLife, ours } from './checks.js'
import { watchEffects } from './effects.js'
import { begin, takeStep } from './live.js'
import type { CustodyAction, CustodyPlan, CustodyStep } from './plan.js'
import { cost, type Custody, type CustodyLife, disposeLife, makeLife, optionsOf, realCustody } from './world.js'
import { secret } from '../../../src/application/secret.js'

/** What came of a life: what broke, if anything did, and what happened in order. */
export interface CustodyResult {
  readonly plan: CustodyPlan
  readonly problems: ReadonlyArray<string>
  readonly story: ReadonlyArray<string>
}

const calm = (action: CustodyAction): CustodyStep => ({ action, death: null, fault: null, meanwhile: null })

const initialise = async (life: CustodyLife): Promise<void> => {
  const { keySource } = life.plan
  const source = keySource === 'passphrase' ? ({ kind: keySource, passphrase: secret(life.promised.lock.phrase), cost } as const) : { kind: keySource }
  const acting = begin(life, { death: null, fault: null, meanwhile: null })
  const made = await initVault({ ...optionsOf(life, 'owner', acting), managementKey: life.managementKey, keySource: source })()
  if (!isRight(made)) {
    life.problems.push(`the vault cannot be made: ${JSON.stringify(made.left)}`)
    return
  }
  life.vault = made.right.vault as VaultId
  life.isThere = true
}

const hour = 3_600_000

/** Hours later the owner asks what is left, and decides about each key that nobody holds. Then nothing may be left, or live unheld. */
const quieten = async (life: CustodyLife): Promise<void> => {
  for (const file of ['first', 'second'] as const) if (!life.isThere) await takeStep(life, calm({ _tag: 'restore', file, lost: 'machine' }))
  if (!life.isThere) return
  life.clock.advance((3 * hour) as Millis)
  await takeStep(life, calm({ _tag: 'reconcile', by: 'owner' }))
  for (let n = 0; life.unheld.length > 0 && n < 20; n += 1) await takeStep(life, calm({ _tag: 'decide', how: n % 2 === 0 ? 'adopt' : 'revoke' }))
  await takeStep(life, calm({ _tag: 'reconcile', by: 'owner' }))
  const last = life.story.at(-1) ?? ''
  if (!last.endsWith('0 outstanding, 0 unheld')) life.problems.push(`once all is decided there is still something to do: ${last}, of ${String(ours(life).length)} live keys`)
  await checkLife(life)
}

/** Lives a plan to its end and tells what broke, if anything did. */
export const runCustody = async (plan: CustodyPlan, custody: Custody = realCustody): Promise<CustodyResult> => {
  watchEffects()
  const life = await makeLife(plan, custody)
  try {
    await initialise(life)
    for (const step of plan.steps) {
      if (life.problems.length > 0) break
      life.clock.advance(20_000 as Millis)
      await takeStep(life, step)
      await checkLife(life)
    }
    if (life.problems.length === 0) await quieten(life)
    for (const { vault } of life.sessions.values()) await vault.close()()
    checkFiles(life)
  } finally {
    disposeLife(life)
  }
  return { plan, problems: life.problems, story: life.story }
}
