import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { isLeft } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { fold } from '../../../src/domain/decider.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { nextStep } from '../../../src/domain/key/next-step.js'
import type { NextStep } from '../../../src/domain/key/step.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { pendingWork, publicState } from '../../../src/domain/key/view.js'
import { after, now } from '../../support/key-story.js'
import { columns } from './grid-commands.js'
import { tellStates } from './grid-states.js'

const path = fileURLToPath(new URL('key-grid.md', import.meta.url))

const wordsOf = (next: NextStep): string => {
  switch (next._tag) {
    case 'None':
      return 'nothing'
    case 'Later':
      return `wait (${next.why})`
    case 'Due': {
      const { step } = next
      if (step._tag !== 'Apply') return step._tag
      return `Apply ${step.effect} ${step.policy.disabled ? 'disabled' : 'ENABLED'}`
    }
  }
}

const wait = (state: KeyState): string => {
  const first = wordsOf(nextStep(state, now))
  const second = wordsOf(nextStep(state, after))
  return first === second ? first : `${first}, at its date ${second}`
}

const cell = (state: KeyState, command: Parameters<typeof keyDecider.decide>[0]): string => {
  const decision = keyDecider.decide(command, state)
  if (isLeft(decision)) return `*${decision.left._tag}*`
  const next = fold(keyDecider, state, decision.right)
  const types = decision.right.map((event) => event.type).join(' + ')
  const strays = next.strays.length > 0 ? ` with ${next.strays.map((stray) => `stray in ${stray.phase}`).join(', ')}` : ''
  return `**${types}** → ${next.stage._tag}${strays}; then ${wait(next)}`
}

const isRefusal = (text: string): boolean => !text.startsWith('**')

interface Cell {
  readonly command: string
  readonly variant: string
  readonly outcome: string
}

/** A command by its name where all its variants come to the same, else with those that do. */
const commandsOf = (cells: ReadonlyArray<Cell>, outcome: string): string => {
  const commands = [...new Set(cells.flatMap((each) => (each.outcome === outcome ? [each.command] : [])))]
  const words = commands.map((command) => {
    const all = cells.filter((each) => each.command === command)
    const some = all.filter((each) => each.outcome === outcome)
    return some.length === all.length ? command : `${command} (${some.map((each) => each.variant).join(' | ')})`
  })
  return words.join('; ')
}

const section = (name: string, state: KeyState): string => {
  const cells = columns.flatMap(([command, variant, commandFor]): ReadonlyArray<Cell> => {
    const made = commandFor(state, now)
    return made === null ? [] : [{ command, variant, outcome: cell(state, made) }]
  })
  const outcomes = [...new Set(cells.map((each) => each.outcome))]
  const lines = [...outcomes.filter((each) => !isRefusal(each)), ...outcomes.filter(isRefusal).sort()].map(
    (outcome) => `- ${outcome}: ${commandsOf(cells, outcome)}`,
  )
  const pending = pendingWork(state).join(', ')
  return [
    `## ${name}`,
    '',
    `${publicState(state) ?? 'free'}; pending: ${pending === '' ? 'nothing' : pending}; next: ${wait(state)}`,
    '',
    ...lines,
    '',
  ].join('\n')
}

const preamble = `# Every command in every state of a key

Written by \`key-grid.test.ts\`, which fails when the domain answers otherwise. To change it on purpose, run
\`LEAN_VAULT_UPDATE_GRID=1 npx vitest run test/domain/key/key-grid.test.ts\` and read the difference.
Each line is an outcome (the events, the stage after them and what is due then, or the refusal) and the commands that have it;
the variants of a command are named where they differ.
Claims and dates lie ahead, except where "late" or "at the date" is said. Variants without a meaning in a state are left out:
a report under a claim where none is in flight.
`

const grid = (): string => [preamble, ...tellStates().map(([name, state]) => section(name, state))].join('\n')

describe('the grid of states and commands', () => {
  it('has every cell as written', () => {
    const made = grid()
    if (process.env['LEAN_VAULT_UPDATE_GRID'] === '1') writeFileSync(path, made)
    expect(existsSync(path), 'key-grid.md is missing').toBe(true)
    expect(made).toBe(readFileSync(path, 'utf8'))
  })

  it('names each state once, and every stage in some state', () => {
    const states = tellStates()
    expect(new Set(states.map(([name]) => name)).size).toBe(states.length)
    expect([...new Set(states.map(([, state]) => state.stage._tag))].sort()).toEqual([
      'Compensating',
      'CreateDue',
      'CreateUnknown',
      'Creating',
      'Held',
      'LeavingAlive',
      'Outstanding',
      'Provisioned',
      'Removed',
      'Removing',
      'RollingBack',
      'Vacant',
    ])
  })
})
