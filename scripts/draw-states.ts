// Draws docs/states.md from the domain itself: `npx tsx scripts/draw-states.ts`. A test fails while the page is out of date.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { KeyState, StageTag } from '../src/domain/key/state.js'
import { pendingWork, publicState } from '../src/domain/key/view.js'
import { dueIn, explore, type Explored, type Turn } from './states/explore.js'

const page = fileURLToPath(new URL('../docs/states.md', import.meta.url))

/** What each stage means, in the order in which a life passes through them. */
const meanings: Readonly<Record<StageTag, string>> = {
  Vacant: 'no key has this name',
  CreateDue: 'a key was asked for; no POST of this attempt was sent',
  Creating: 'the intent is recorded; its one POST may be on its way',
  CreateUnknown: 'the POST had no answer; the key is looked for by its nonce',
  Provisioned: 'the key exists at its birth limit, its secret is sealed; its own limit is not set yet',
  Held: 'the key is in use, or suspended',
  Removing: 'it is being contained, deleted, proven gone and shredded',
  RollingBack: 'its removal was refused for good; its policy is being restored',
  Outstanding: 'its removal could not be finished: a debt, with a date for the next try',
  LeavingAlive: 'its owner chose to leave the remote key alive; the secret is to be shredded',
  Compensating: 'it was born and cannot be finished; it is being deleted and proven gone',
  Removed: 'the key is gone, or left alive by choice; the name is free',
}

const stages = Object.keys(meanings) as ReadonlyArray<StageTag>

interface Edge {
  readonly from: string
  readonly to: string
  readonly events: ReadonlyArray<string>
}

/** Turns that change what `placeOf` tells, as edges; a place of `null` is no place at all. */
const edgesBy = (turns: ReadonlyArray<Turn>, placeOf: (state: KeyState, turn: Turn) => string | null): ReadonlyArray<Edge> => {
  const found = new Map<string, Set<string>>()
  for (const turn of turns) {
    const from = placeOf(turn.before, turn)
    const to = placeOf(turn.after, turn)
    if (from === null || to === null || from === to) continue
    const key = `${from} ${to}`
    found.set(key, (found.get(key) ?? new Set()).add(turn.event.type))
  }
  return [...found]
    .map(([key, events]) => {
      const [from = '', to = ''] = key.split(' ')
      return { from, to, events: [...events].sort() }
    })
    .sort((a, b) => order(a) - order(b) || a.to.localeCompare(b.to))
}

const phases = ['found', 'begin', 'verify', 'contain', 'delete', 'prove', 'shred', 'dead']

const order = ({ from, to }: Edge): number => {
  const rank = (place: string): number => Math.max(stages.indexOf(place as StageTag), phases.indexOf(place))
  return rank(from) * 100 + rank(to)
}

const mermaid = (edges: ReadonlyArray<Edge>, begin: string, end: string | null): string =>
  [
    '```mermaid',
    'stateDiagram-v2',
    ...(edges.some(({ from }) => from === begin) ? [`    [*] --> ${begin}`] : []),
    ...edges.map(({ from, to, events }) => `    ${from} --> ${to}: ${events.join(' / ')}`),
    ...(end === null ? [] : [`    ${end} --> [*]`]),
    '```',
  ].join('\n')

const stageOf = (state: KeyState): string => state.stage._tag

/** The phase of the destruction that the event is about: of the name's own key, not of a stray. */
const phaseOf = (state: KeyState): string | null => {
  const { stage } = state
  if (!('destruction' in stage)) return null
  return stage.destruction.phase
}

const strayPhaseOf = (state: KeyState, { event }: Turn): string | null => {
  if (!('hash' in event)) return null
  const stray = state.strays.find(({ hash }) => hash === event.hash)
  if (stray !== undefined) return stray.phase
  if (event.type === 'StrayFound') return 'found'
  return event.type === 'RevocationProven' ? 'dead' : null
}

const distinct = (values: ReadonlyArray<string>): string => [...new Set(values)].sort().join(', ')

const without = (state: KeyState): KeyState => ({ ...state, strays: [], claim: null })

const exits = (edges: ReadonlyArray<Edge>, from: string): string =>
  edges
    .filter((edge) => edge.from === from)
    .map(({ to, events }) => `${to} (${events.join(', ')})`)
    .join('; ')

const row = ({ states }: Explored, edges: ReadonlyArray<Edge>, tag: StageTag): string => {
  const own = states.filter(({ stage }) => stage._tag === tag).map(without)
  const shown = distinct(own.map((state) => publicState(state) ?? 'free'))
  const pending = distinct(own.flatMap((state) => pendingWork(state)))
  const due = distinct(own.flatMap((state) => dueIn(state) ?? [])).replaceAll('CloseClaim, ', '').replace('CloseClaim', '')
  return `| ${tag} | ${meanings[tag]} | ${shown} | ${pending} | ${due} | ${exits(edges, tag)} |`
}

const table = (explored: Explored, edges: ReadonlyArray<Edge>): string =>
  [
    '| Stage | What it means | Shown as | Pending | Steps that can be due | Next stages, and the event that leads there |',
    '| --- | --- | --- | --- | --- | --- |',
    ...stages.map((tag) => row(explored, edges, tag)),
  ].join('\n')

/** The drawn parts by the names of their places in the page. */
const drawings = (): ReadonlyMap<string, string> => {
  const explored = explore()
  const edges = edgesBy(explored.turns, stageOf)
  const strays = edgesBy(explored.turns, strayPhaseOf)
  return new Map([
    ['stages', mermaid(edges, 'Vacant', null)],
    ['table', table(explored, edges)],
    ['phases', mermaid(edgesBy(explored.turns, phaseOf), 'verify', null)],
    ['strays', mermaid(strays, 'found', 'dead')],
  ])
}

/** The page with every drawing in its place anew. */
export const drawn = (text: string): string =>
  [...drawings()].reduce((before, [name, drawing]) => {
    const place = new RegExp(`(<!-- drawn: ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`)
    if (!place.test(before)) throw new Error(`docs/states.md has no place for ${name}`)
    return before.replace(place, (_all, begin: string, end: string) => `${begin}${drawing}\n${end}`)
  }, text)

export const statesPage = (): string => readFileSync(page, 'utf8')

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  writeFileSync(page, drawn(statesPage()))
}
