import type { KeyState } from '../domain/key/state.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import type { KeyListing } from './ports/open-router-client.js'

/**
 * Whether it means anything that a listing lacks a key. An empty listing of an account that ought to hold our keys is a wrong
 * backend's, until the contrary is shown; a listing with any key in it is this account's.
 */
export const isCredible = (states: ReadonlyMap<KeyName, KeyState>, listing: KeyListing): boolean => {
  if (listing.keys.length > 0) return true
  return ![...states.values()].some(({ stage }) => stage._tag === 'Held' && stage.key.remote._tag !== 'Absent')
}
