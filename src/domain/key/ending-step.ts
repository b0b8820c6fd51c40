import type { Picodollars } from '../shared/picodollars.js'
import type { Step } from './step.js'
import type { RemotePolicy } from './remote-policy.js'
import type { HeldKey, KeyState, StageOf } from './state.js'
import type { Stray } from './ending.js'
import { isWorthless } from './stray.js'
import { containedOf } from './wanted.js'

/** A stray's own policy is nobody's wish, so any that cannot spend will do. */
const strayContained = (state: KeyState): RemotePolicy => {
  const floor = 'key' in state.stage ? state.stage.key.floor : (0n as Picodollars)
  return { disabled: true, limit: floor, reset: null, includeByok: true }
}

/** What is due of a remote key that is ours to destroy. */
export const strayStep = (stray: Stray, state: KeyState): Step => {
  switch (stray.phase) {
    case 'contain':
      return { _tag: 'Apply', effect: 'contain', hash: stray.hash, policy: strayContained(state) }
    case 'delete':
      return { _tag: 'Delete', hash: stray.hash }
    case 'prove':
      return { _tag: 'Prove', hash: stray.hash, lineage: null, generation: 1, seen: isWorthless(stray.origin) || stray.deleted, aliveAt: stray.deleted ? null : stray.aliveAt }
  }
}

type Ending = StageOf<'Removing'> | StageOf<'Outstanding'> | StageOf<'Compensating'>

export const shredding = ({ incarnation: { generation, lineage } }: HeldKey): Step => ({ _tag: 'Shred', lineage, generation })

/** What is due of a key whose end has begun. */
export const endingStep = (stage: Ending): Step => {
  const { aliveAt, hash, incarnation, secretHeld } = stage.key
  const { deleted, seen } = stage.destruction
  switch (stage.destruction.phase) {
    case 'verify':
      return { _tag: 'Read', hash, notBefore: null }
    case 'contain':
      return { _tag: 'Apply', effect: 'contain', hash, policy: containedOf(stage.key) }
    case 'delete':
      return { _tag: 'Delete', hash }
    case 'prove':
      return { _tag: 'Prove', hash, lineage: secretHeld ? incarnation.lineage : null, generation: incarnation.generation, seen: seen || deleted, aliveAt: deleted ? null : aliveAt }
    case 'shred':
      return shredding(stage.key)
  }
}
