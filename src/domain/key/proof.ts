/** What was seen when a key was looked for after its end. Each field is one independent witness. */
export interface Witnesses {
  /** The management key answered as such, and the account is the pinned one. */
  readonly account: boolean
  /** The listing of all workspaces was complete and lacked the hash; `partial` when not every workspace could be listed. */
  readonly listing: 'lacks-it' | 'partial' | 'has-it'
  /** `GET /keys/{hash}` answered 404 in OpenRouter's format. */
  readonly byHash: 'absent' | 'present'
  /**
   * Proof that a 404 means something here: another key that is held, or at least listed, answered 200; or where there is no
   * other key, this very hash did during the same removal. `missing`: a key that ought to answer did not.
   */
  readonly canary: 'held-key' | 'listed-key' | 'earlier-read' | 'none' | 'missing'
  /** The secret itself: 401 corroborates, 200 vetoes. */
  readonly secret: 'refused' | 'accepted' | 'unknown' | 'not-held'
}

/** Evidence that a key is gone. `weak` when no canary could be had or not every workspace could be listed. */
export interface Proof {
  readonly strength: 'strong' | 'weak'
  readonly witnesses: Witnesses
}

export type Verdict =
  | { readonly _tag: 'Gone'; readonly proof: Proof }
  | { readonly _tag: 'Alive'; readonly witnesses: Witnesses }
  | { readonly _tag: 'Inconclusive'; readonly witnesses: Witnesses }

/**
 * Judges the witnesses. A secret that is still accepted, a listing or a read that shows the key: alive, whatever else was seen.
 * Another account, or a canary that is missing too (then every hash reads 404): nothing is proven. An account that has no other
 * key can offer none; its end is believed, and called weak.
 */
export const judge = (witnesses: Witnesses): Verdict => {
  const { account, listing, byHash, canary, secret } = witnesses
  if (!account) return { _tag: 'Inconclusive', witnesses }
  if (secret === 'accepted' || listing === 'has-it' || byHash === 'present') return { _tag: 'Alive', witnesses }
  if (canary === 'missing') return { _tag: 'Inconclusive', witnesses }
  const strength = listing === 'lacks-it' && canary !== 'none' ? 'strong' : 'weak'
  return { _tag: 'Gone', proof: { strength, witnesses } }
}
