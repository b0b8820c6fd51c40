import type { Model, Operation, Point } from './linear-check.js'

/**
 * One name, as a small model has it. `making` and `removing` end by themselves: whoever is at it, or a reconcile, finishes them.
 * `dropping`: given up while it was made. `born`: the tag by which every `add` marks its own key.
 */
export interface Name {
  readonly phase: 'gone' | 'making' | 'held' | 'dropping' | 'removing'
  readonly born: string
  readonly suspended: boolean
  readonly limit: number | null
  readonly tag: string
}

const gone: Name = { phase: 'gone', born: '', suspended: false, limit: null, tag: '' }

export const nameModel: Model<Name> = {
  initial: gone,
  ofItself: (name) => {
    if (name.phase === 'making') return [{ ...name, phase: 'held' }]
    return name.phase === 'dropping' || name.phase === 'removing' ? [gone] : []
  },
}

/** What a name was seen as, by `list` or `show`. */
export interface Seen {
  readonly state: string
  readonly born: string
  readonly limit: number | null
  readonly tag: string
  readonly hash: string | null
}

/** What was asked, in the words of the program. `born`, `limit` and `tag` differ from one asking to the next. */
export type Asked =
  | { readonly verb: 'add'; readonly born: string; readonly limit: number }
  | { readonly verb: 'update-limits'; readonly limit: number }
  | { readonly verb: 'tag'; readonly tag: string }
  | { readonly verb: 'get' | 'list' | 'show' | 'suspend' | 'resume' | 'remove' }

/** What came of it: a report's outcome or an error's tag, and what a read showed. `killed`: nobody knows. */
export interface Told {
  readonly outcome: string
  readonly seen?: Seen | null
  readonly hash?: string
  readonly isSuspended?: boolean
  readonly tag?: string
}

const sees = (holds: (name: Name, kept: string) => boolean): Point<Name> => ({ _tag: 'Sees', holds })
const does = (next: (name: Name) => Name | null): Point<Name> => ({
  _tag: 'Does',
  next: (name) => {
    const result = next(name)
    return result === null ? null : [result, result.born]
  },
})
const isIn =
  (...phases: ReadonlyArray<Name['phase']>) =>
  ({ phase }: Name): boolean =>
    phases.includes(phase)

type Ways = Operation<Name>['ways']

const begin = (born: string, limit: number): Point<Name> => does((name) => (name.phase === 'gone' ? { ...gone, phase: 'making', born, limit } : null))
const change = (to: Partial<Name>): Point<Name> => does((name) => (name.phase === 'held' ? { ...name, ...to } : null))
const end = does((name) => {
  if (name.phase === 'gone') return null
  if (name.phase === 'held') return { ...name, phase: 'removing' }
  return name.phase === 'making' ? { ...name, phase: 'dropping' } : name
})

/** The refusals that every command shares, and what they say of the name. Someone else's claim, or transaction, says nothing. */
const refusals: Readonly<Record<string, Ways>> = {
  KeyNotFound: [[sees(isIn('gone', 'removing'))]],
  KeyNotReady: [[sees(isIn('making', 'dropping'))]],
  NameTaken: [[sees(({ phase }) => phase !== 'gone')]],
  NameOwesRevocation: [[sees(isIn('gone', 'removing', 'dropping'))]],
  KeyBeingRemoved: [[sees(isIn('removing'))]],
  KeyBusy: [[]],
  'VaultUnavailable locked': [[]],
}

const added = (born: string, limit: number, outcome: string): Ways | undefined => {
  if (outcome === 'added') return [[begin(born, limit), sees((name) => name.born !== born || !isIn('making', 'dropping')(name))]]
  if (outcome === 'KeyBeingRemoved') return [[begin(born, limit), sees((name) => name.born !== born)]]
  return outcome === 'incomplete' || outcome === 'killed' ? [[begin(born, limit)]] : refusals[outcome]
}

const removed = (outcome: string): Ways | undefined => {
  if (outcome === 'removed') return [[end, sees((name, kept) => name.phase === 'gone' || name.born !== kept)]]
  return outcome === 'incomplete' || outcome === 'killed' ? [[end]] : refusals[outcome]
}

/** Who asked for a change may find that the key was removed before he could say that it is done. */
const changed = (to: Partial<Name>, done: ReadonlyArray<string>, isSo: (name: Name) => boolean, outcome: string): Ways | undefined => {
  if (done.includes(outcome) || outcome === 'incomplete' || outcome === 'killed') return [[change(to)]]
  if (outcome === 'unchanged') return [[sees((name) => name.phase === 'held' && isSo(name))]]
  if (outcome === 'KeyBeingRemoved') return [[sees(isIn('removing'))], [change(to), sees(({ phase }) => phase !== 'held')]]
  return refusals[outcome]
}

const tagged = (tag: string, { outcome, tag: shown }: Told): Ways | undefined => {
  const write = does((name) => (name.phase === 'gone' ? null : { ...name, tag }))
  if (outcome === 'killed') return [[write]]
  if (outcome === 'KeyNotFound') return [[sees(isIn('gone'))]]
  if (outcome !== 'updated') return refusals[outcome]
  return [[write, sees((name) => name.phase === 'gone' || name.tag === shown)]]
}

const phasesOf: Readonly<Record<string, ReadonlyArray<Name['phase']>>> = {
  provisioning: ['making', 'dropping'],
  active: ['held'],
  suspended: ['held'],
  removing: ['removing'],
  'revocation-outstanding': ['removing', 'dropping', 'gone'],
  removed: ['gone'],
}

const shown = (seen: Seen | null): Ways | undefined => {
  if (seen === null) return [[sees(isIn('gone'))]]
  const phases = phasesOf[seen.state]
  if (phases === undefined) return undefined
  return [
    [
      sees((name) => {
        if (!phases.includes(name.phase)) return false
        if (name.phase === 'gone') return true
        const isSame = name.born === seen.born && name.limit === seen.limit && name.tag === seen.tag
        return isSame && (name.phase !== 'held' || name.suspended === (seen.state === 'suspended'))
      }),
    ],
  ]
}

/** The ways in which an answer can have come about; undefined for an answer that the contract does not allow. */
export const waysOf = (asked: Asked, told: Told, bornOf: (hash: string) => string | undefined): Ways | undefined => {
  const { outcome } = told
  switch (asked.verb) {
    case 'add':
      return added(asked.born, asked.limit, outcome)
    case 'remove':
      return removed(outcome)
    case 'suspend':
      return changed({ suspended: true }, ['suspended'], ({ suspended }) => suspended, outcome)
    case 'resume':
      return changed({ suspended: false }, ['resumed'], ({ suspended }) => !suspended, outcome)
    case 'update-limits':
      return changed({ limit: asked.limit }, ['updated'], ({ limit }) => limit === asked.limit, outcome)
    case 'tag':
      return tagged(asked.tag, told)
    case 'list':
    case 'show':
      if (outcome === 'killed') return [[]]
      return outcome === 'read' ? shown(told.seen ?? null) : refusals[outcome]
    case 'get': {
      if (outcome !== 'read') return outcome === 'killed' ? [[]] : refusals[outcome]
      const born = bornOf(told.hash ?? '')
      return [[sees((name) => name.phase === 'held' && name.suspended === told.isSuspended && (born === undefined || name.born === born))]]
    }
  }
}
