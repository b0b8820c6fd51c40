import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fold } from '../../../src/domain/decider.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { nextStep } from '../../../src/domain/key/next-step.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { mostTags, patchTags, sameTags } from '../../../src/domain/key/tags.js'
import { incarnationOf, pendingWork, publicState } from '../../../src/domain/key/view.js'
import { runs } from '../../support/fc-runs.js'
import { anyHistory } from '../../support/key-history.js'
import { anActiveKey, changeTags, now, tell } from '../../support/key-story.js'

const tagsOf = ({ stage }: KeyState) => incarnationOf(stage)?.spec.tags ?? null

describe('the tags of a key', () => {
  it('can be changed wherever there is a key, and change nothing else', () => {
    fc.assert(
      fc.property(anyHistory, ({ state, now: at }) => {
        const decision = keyDecider.decide(changeTags({ fresh: 'yes' })(state, at), state)
        const { stage } = state
        expect(isRight(decision)).toBe(stage._tag !== 'Vacant' && stage._tag !== 'Removed')
        if (isLeft(decision)) {
          expect(decision.left).toEqual({ _tag: 'NotFound' })
          return
        }
        const next = fold(keyDecider, state, decision.right)
        expect(tagsOf(next)).toEqual({ ...tagsOf(state), fresh: 'yes' })
        expect([publicState(next), pendingWork(next), next.claim]).toEqual([publicState(state), pendingWork(state), state.claim])
        expect(nextStep(next, at)._tag).toBe(nextStep(state, at)._tag)
        const back = fold(keyDecider, next, [{ type: 'TagsChanged', tags: tagsOf(state) ?? {}, at: state.updatedAt ?? at }])
        expect(back).toEqual(state)
      }),
      runs(200),
    )
  })

  it('stay until somebody changes them, or another life of the name begins', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { before, after, command } of turnings) {
          if (before.lineages !== after.lineages || command._tag === 'ChangeTags') continue
          if (tagsOf(before) !== null && tagsOf(after) !== null) expect(tagsOf(after)).toEqual(tagsOf(before))
        }
      }),
      runs(200),
    )
  })

  it('are as they were asked for, and asking again changes nothing', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'constructor')
    const tags = fc.dictionary(names, fc.string(), { noNullPrototype: true })
    const patch = fc.dictionary(names, fc.option(fc.string()), { noNullPrototype: true })
    fc.assert(
      fc.property(tags, patch, (before, wish) => {
        const after = patchTags(before, wish)
        for (const [name, value] of Object.entries(wish)) expect(after[name] === value || (value === null && !Object.hasOwn(after, name))).toBe(true)
        for (const [name, value] of Object.entries(before)) if (!Object.hasOwn(wish, name)) expect(after[name]).toBe(value)
        expect(sameTags(after, patchTags(after, wish))).toBe(true)
        expect(sameTags(before, after)).toBe(Object.entries(wish).every(([name, value]) => (Object.hasOwn(before, name) ? before[name] : null) === value))
      }),
      runs(300),
    )
  })

  it('are few', () => {
    const many = Object.fromEntries(Array.from({ length: mostTags }, (_, n) => [`t${n}`, '']))
    const full = tell(...anActiveKey, changeTags(many))
    expect(Object.keys(tagsOf(full) ?? {})).toHaveLength(mostTags)
    expect(keyDecider.decide(changeTags({ 'one-more': '' })(full, now), full)).toMatchObject({ left: { _tag: 'TagsInvalid' } })
    expect(isRight(keyDecider.decide(changeTags({ 'one-more': '', t0: null })(full, now), full))).toBe(true)
  })
})
