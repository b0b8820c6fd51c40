import { invalidValue } from '../shared/brand.js'
import type { OwnerCommand } from './command.js'
import { type Decision, facts, refuse } from './decide-owner.js'
import type { KeyState } from './state.js'
import { mostTags, patchTags, sameTags } from './tags.js'
import { incarnationOf } from './view.js'

type ChangeTags = Extract<OwnerCommand, { readonly _tag: 'ChangeTags' }>

/** Tags are ours alone: nothing is asked of OpenRouter, so nobody's claim is in the way, and a key that ends keeps them to its end. */
export const onChangeTags = ({ patch, at }: ChangeTags, { stage }: KeyState): Decision => {
  const incarnation = incarnationOf(stage)
  if (incarnation === null || stage._tag === 'Removed') return refuse({ _tag: 'NotFound' })
  const { tags: before } = incarnation.spec
  const tags = patchTags(before, patch)
  if (sameTags(before, tags)) return refuse({ _tag: 'AlreadySettled' })
  if (Object.keys(tags).length > mostTags)
    return refuse({ _tag: 'TagsInvalid', problem: invalidValue('tags', `must be one of at most ${String(mostTags)} on a key`) })
  return facts({ type: 'TagsChanged', tags, at })
}
