import type { KeyEvent } from './event.js'
import type { Incarnation, KeyState, Stage } from './state.js'
import type { Tags } from './tags.js'

const tagged = (incarnation: Incarnation, tags: Tags): Incarnation => ({ ...incarnation, spec: { ...incarnation.spec, tags } })

/** The same place in the life of a key, with other tags; a name that no key has stays as it is. */
const retagged = (stage: Stage, tags: Tags): Stage => {
  if (stage._tag === 'Removed') return stage
  if ('key' in stage) return { ...stage, key: { ...stage.key, incarnation: tagged(stage.key.incarnation, tags) } }
  return 'incarnation' in stage ? { ...stage, incarnation: tagged(stage.incarnation, tags) } : stage
}

export const onTagsChanged = (state: KeyState, { tags }: Extract<KeyEvent, { readonly type: 'TagsChanged' }>): KeyState => {
  const { rotation } = state
  const stage = retagged(state.stage, tags)
  if (rotation === null) return stage === state.stage ? state : { ...state, stage }
  return { ...state, stage, rotation: { ...rotation, other: retagged(rotation.other, tags) } }
}
