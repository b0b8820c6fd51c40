import type { KeyState } from './state.js'

/** A name that never had a key. */
export const initialKeyState: KeyState = {
  lineages: 0,
  stage: { _tag: 'Vacant' },
  claim: null,
  strays: [],
  watched: [],
  buried: [],
  leftAlive: [],
  rotation: null,
  generations: 0,
  updatedAt: null,
}
