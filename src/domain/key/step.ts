import type { AttemptId, GuardrailId, KeyHash, Lineage, OwnerId, WorkspaceId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { GuardrailCap } from '../spend/policy.js'
import type { Attempt } from './attempt.js'
import type { Effect } from './event.js'
import type { RemotePolicy } from './remote-policy.js'
import type { Incarnation } from './state.js'

/** The one outside effect, or closing of a claim, that is due. */
export type Step =
  | { readonly _tag: 'Create'; readonly incarnation: Incarnation; readonly birthLimit: Picodollars }
  | { readonly _tag: 'Look'; readonly attempt: Attempt; readonly settleUntil: Instant }
  | { readonly _tag: 'CloseClaim'; readonly attempt: AttemptId; readonly until: Instant }
  /** `notBefore`: what is read earlier proves nothing, for a lost change may still arrive. */
  | { readonly _tag: 'Read'; readonly hash: KeyHash; readonly notBefore: Instant | null }
  | {
      readonly _tag: 'Apply'
      readonly effect: Exclude<Effect, 'delete'>
      readonly hash: KeyHash
      readonly policy: RemotePolicy
    }
  | { readonly _tag: 'Delete'; readonly hash: KeyHash }
  | {
      readonly _tag: 'Prove'
      readonly hash: KeyHash
      /** Whose sealed secret may be tried, where one is held. */
      readonly lineage: Lineage | null
      readonly generation: number
      readonly seen: boolean
      /** When it was last seen alive, unless OpenRouter said that it deleted it: a read may be older than that. */
      readonly aliveAt: Instant | null
    }
  /** Bring the key's guardrail to this budget, or take it off. `doubtedSince`: look only, once what was sent by then has arrived. */
  | {
      readonly _tag: 'Guard'
      readonly hash: KeyHash
      readonly cap: GuardrailCap | null
      readonly includeByok: boolean
      readonly workspace: WorkspaceId | null
      /** The one that is on the key as far as we know. */
      readonly held: GuardrailId | null
      readonly doubtedSince: Instant | null
    }
  | { readonly _tag: 'Shred'; readonly lineage: Lineage; readonly generation: number }
  /** Ask with a successor's own secret whether it opens the API. */
  | { readonly _tag: 'Verify'; readonly hash: KeyHash; readonly lineage: Lineage; readonly generation: number; readonly aliveAt: Instant }
  /** Read what a key that is being replaced has spent. */
  | { readonly _tag: 'Measure'; readonly hash: KeyHash; readonly includeByok: boolean }
  /** A window has turned; nobody is asked. */
  | { readonly _tag: 'Turn' }

/** `Later`: nothing before `at`, for somebody else is at it or the last try failed. `None`: settled. */
export type NextStep =
  | { readonly _tag: 'None' }
  | { readonly _tag: 'Due'; readonly step: Step }
  | {
      readonly _tag: 'Later'
      readonly at: Instant
      readonly why: 'in-flight'
      readonly attempt: AttemptId
      readonly owner: OwnerId
    }
  | { readonly _tag: 'Later'; readonly at: Instant; readonly why: 'backing-off' }
  /** Nothing failed: it is meant to happen then. */
  | { readonly _tag: 'Later'; readonly at: Instant; readonly why: 'waiting' }
  /** What was done cannot be told in full before then. */
  | { readonly _tag: 'Later'; readonly at: Instant; readonly why: 'settling' }
