import type { KeyEvent } from './event.js'
import type { KeyState } from './state.js'
import { withIncarnation } from './with-incarnation.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>

export const onTagsChanged = (state: KeyState, { tags }: Event<'TagsChanged'>): KeyState =>
  withIncarnation(state, (incarnation) => ({ ...incarnation, spec: { ...incarnation.spec, tags } }))

export const onRotationScheduled = (state: KeyState, { after, byWatcher }: Event<'RotationScheduled'>): KeyState =>
  withIncarnation(state, (incarnation) => ({ ...incarnation, schedule: { after, byWatcher } }))
