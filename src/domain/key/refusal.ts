import type { InvalidValue } from '../shared/brand.js'
import type { Instant } from '../shared/instant.js'

/** Why a command gives no event. Each one says what the caller may do now. */
export type KeyRefusal =
  /** It is already so; a success that changed nothing. */
  | { readonly _tag: 'AlreadySettled' }
  /** The report brings nothing that the log does not know, or that may be believed yet. */
  | { readonly _tag: 'NothingNew' }
  /** The report belongs to an attempt that was closed, and nothing came of it. */
  | { readonly _tag: 'Superseded' }
  /** The limits that would come of it are none: `problem` says why. */
  | { readonly _tag: 'LimitsInvalid'; readonly problem: InvalidValue }
  /** There would be too many tags. */
  | { readonly _tag: 'TagsInvalid'; readonly problem: InvalidValue }
  | { readonly _tag: 'NotFound' }
  | { readonly _tag: 'NameTaken' }
  /** The name still owes the revocation of a key. */
  | { readonly _tag: 'OwesRevocation' }
  /** The key is still being provisioned. */
  | { readonly _tag: 'NotReady' }
  /** The key is being removed, or its removal is owed. */
  | { readonly _tag: 'BeingRemoved' }
  /** Somebody has claimed the change that is under way. */
  | { readonly _tag: 'InFlight'; readonly until: Instant }
  /** The key is being replaced; both keys are looked after until that is done. */
  | { readonly _tag: 'BeingRotated' }
  /** Nothing can take its place: it is gone, or under a limit that cannot be given to another key. */
  | { readonly _tag: 'NotRotatable' }
  /** The step is not due in this state. */
  | { readonly _tag: 'NotDue' }
