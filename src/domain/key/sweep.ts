import type { KeyHash, KeyName, Nonce, VaultId } from '../shared/identifiers.js'
import { parseMarker } from '../shared/marker.js'
import type { StrayOrigin } from './event.js'
import type { RemotePolicy } from './remote-policy.js'
import { otherHash, stagesOf } from './rotation.js'
import { isNewborn } from './spec.js'
import type { KeyState } from './state.js'
import { hashOf } from './view.js'

/** One remote key as a sweep sees it. */
export interface ListedKey {
  readonly hash: KeyHash
  readonly name: string
  readonly policy: RemotePolicy
}

/** What a listed key is to this vault. */
export type Finding =
  /** In this log: its stream is told what was seen. */
  | { readonly _tag: 'Known'; readonly name: KeyName; readonly hash: KeyHash }
  /** Born of an attempt in this log that ended without a key: ours to destroy. */
  | {
      readonly _tag: 'Orphan'
      readonly name: KeyName
      readonly hash: KeyHash
      readonly nonce: Nonce
      readonly origin: StrayOrigin
    }
  /** It bears our vault's marker, and this log knows nothing of it: told, never touched. */
  | { readonly _tag: 'Unheld'; readonly hash: KeyHash; readonly remoteName: string }

const isSettling = (state: KeyState, nonce: Nonce): boolean =>
  stagesOf(state).some(
    (stage) => (stage._tag === 'Creating' || stage._tag === 'CreateUnknown') && stage.attempt.nonce === nonce,
  )

interface Index {
  readonly byHash: ReadonlyMap<KeyHash, KeyName>
  readonly byWatchedNonce: ReadonlyMap<Nonce, KeyName>
  readonly leftAlive: ReadonlySet<KeyHash>
}

const indexOf = (states: ReadonlyMap<KeyName, KeyState>): Index => {
  const byHash = new Map<KeyHash, KeyName>()
  const byWatchedNonce = new Map<Nonce, KeyName>()
  const leftAlive = new Set<KeyHash>()
  for (const [name, state] of states) {
    for (const hash of state.leftAlive) leftAlive.add(hash)
    for (const { hash } of state.buried) byHash.set(hash, name)
    for (const { hash } of state.strays) byHash.set(hash, name)
    const own = hashOf(state.stage)
    if (own !== null) byHash.set(own, name)
    const other = otherHash(state)
    if (other !== null) byHash.set(other, name)
    for (const nonce of state.watched) byWatchedNonce.set(nonce, name)
  }
  return { byHash, byWatchedNonce, leftAlive }
}

/**
 * Sorts a listing by what this log knows. A name is no proof of ownership: only a nonce whose intent is in this log,
 * closed without a key, makes a key ours to destroy, and only while it is as it was born: one that was set up since is held by
 * somebody, as by the vault of which this one is a copy.
 */
export const sweep = (
  vault: VaultId,
  states: ReadonlyMap<KeyName, KeyState>,
  listed: ReadonlyArray<ListedKey>,
): ReadonlyArray<Finding> => {
  const { byHash, byWatchedNonce, leftAlive } = indexOf(states)
  const all = [...states.values()]
  const findings: Array<Finding> = []
  for (const { hash, name: remoteName, policy } of listed) {
    if (leftAlive.has(hash)) continue
    const known = byHash.get(hash)
    if (known !== undefined) {
      findings.push({ _tag: 'Known', name: known, hash })
      continue
    }
    const marker = parseMarker(remoteName)
    if (marker === null || marker.vaultId !== vault) continue
    const { nonce } = marker
    const watching = byWatchedNonce.get(nonce)
    if (watching !== undefined && isNewborn(policy)) findings.push({ _tag: 'Orphan', name: watching, hash, nonce, origin: 'late-create' })
    else if (!all.some((state) => isSettling(state, nonce))) findings.push({ _tag: 'Unheld', hash, remoteName })
  }
  return findings
}
