import type { KnownKeys } from './load-keys.js'
import type { KeyListing } from './ports/open-router-client.js'

/**
 * Whether it means anything that a listing lacks a key. An empty listing of an account that ought to hold our keys is a wrong
 * backend's, until the contrary is shown; a listing with any key in it is this account's. A name that cannot be read may hold one.
 */
export const isCredible = ({ states, unreadable }: KnownKeys, listing: KeyListing): boolean => {
  if (listing.keys.length > 0) return true
  return unreadable.size === 0 && ![...states.values()].some(({ stage }) => stage._tag === 'Held' && stage.key.remote._tag !== 'Absent')
}
