import type { KeyView } from '../../index.js'

/** A key's state for people, who must not take a key that somebody deleted for one that works. */
export const stateText = ({ state, remote }: Pick<KeyView, 'state' | 'remote'>): string =>
  remote === 'gone' ? `${state}, but gone at OpenRouter` : state
