import type { NewGuardrail } from '../../application/ports/guardrail.js'
import type { NewKey } from '../../application/ports/open-router-client.js'
import type { RemotePolicy } from '../../domain/key/remote-policy.js'
import type { GuardrailId, KeyHash, WorkspaceId } from '../../domain/shared/identifiers.js'

/** One request to the management API as data. A listing is one operation per page; `workspace: null` is the default one. */
export type Operation =
  | { readonly _tag: 'WhoAmI' }
  | { readonly _tag: 'ListWorkspaces'; readonly offset: number }
  | { readonly _tag: 'ListKeys'; readonly workspace: WorkspaceId | null; readonly offset: number }
  | { readonly _tag: 'GetKey'; readonly hash: KeyHash }
  | { readonly _tag: 'CreateKey'; readonly key: NewKey }
  | { readonly _tag: 'UpdateKey'; readonly hash: KeyHash; readonly policy: RemotePolicy }
  | { readonly _tag: 'DeleteKey'; readonly hash: KeyHash }
  | { readonly _tag: 'ReadCredits' }
  | { readonly _tag: 'ListGuardrails'; readonly workspace: WorkspaceId | null; readonly offset: number }
  | { readonly _tag: 'GetGuardrail'; readonly id: GuardrailId }
  | { readonly _tag: 'CreateGuardrail'; readonly guardrail: NewGuardrail }
  | { readonly _tag: 'DeleteGuardrail'; readonly id: GuardrailId }
  | { readonly _tag: 'ListAssignments'; readonly offset: number }
  | { readonly _tag: 'AssignGuardrail'; readonly id: GuardrailId; readonly hashes: ReadonlyArray<KeyHash> }
  | { readonly _tag: 'UnassignGuardrail'; readonly id: GuardrailId; readonly hashes: ReadonlyArray<KeyHash> }

/**
 * What sending it twice would do: `read` changes nothing, `set` leaves the same remote state, `once` makes a second key or guardrail.
 */
export type Repeatability = 'read' | 'set' | 'once'

export const repeatabilityOf = (operation: Operation): Repeatability => {
  switch (operation._tag) {
    case 'WhoAmI':
    case 'ListWorkspaces':
    case 'ListKeys':
    case 'GetKey':
    case 'ReadCredits':
    case 'ListGuardrails':
    case 'GetGuardrail':
    case 'ListAssignments':
      return 'read'
    case 'UpdateKey':
    case 'DeleteKey':
    case 'DeleteGuardrail':
    case 'AssignGuardrail':
    case 'UnassignGuardrail':
      return 'set'
    case 'CreateKey':
    case 'CreateGuardrail':
      return 'once'
  }
}
