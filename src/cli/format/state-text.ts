import type { KeyView } from '../../index.js'

/** A key's state for people, who must not take a key that somebody deleted for one that works. */
export const stateText = ({ state, remote, containedFor }: Pick<KeyView, 'state' | 'remote' | 'containedFor'>): string => {
  if (remote === 'gone') return `${state}, but gone at OpenRouter`
  return containedFor.includes('drift') ? `${state}, tightened at OpenRouter` : state
}
