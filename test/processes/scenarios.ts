import { fileURLToPath } from 'node:url'

import type { Bench } from './bench.js'
import type { Expected, Standing } from './check-bench.js'

/** One command on one saved vault, and in what states the names may be once it was cut short and reconciled. */
export interface Scenario {
  readonly name: string
  readonly args: ReadonlyArray<string>
  readonly from: 'quiet' | 'pending'
  /** A name that the command does not touch, whose secret must be handed out at any time. */
  readonly untouched: string
  /** The names that it touches and that may be there afterwards. */
  readonly touched: ReadonlyArray<string>
  /**
   * What others ask for while the killed command's request is still on its way, against its wish; and how all stands once
   * that request has arrived and a reconcile has run.
   */
  readonly counter?: { readonly commands: ReadonlyArray<ReadonlyArray<string>>; readonly expected: Expected }
  /** What is run until it succeeds after the kill, where that is not `reconcile`. */
  readonly finish?: ReadonlyArray<string>
  /** What is wrong with what must work at any time, right after the kill too. */
  readonly usable?: (bench: Bench) => Promise<ReadonlyArray<string>>
  /** `intended`: the wish was recorded, so it must come true. */
  readonly expected: (intended: boolean) => Expected
}

/** The names of the quiet vault. */
export const quietStates: Expected = { held: ['active'], spare: ['active'], resting: ['suspended'], former: ['gone'] }

/** How the names of the pending vault stand once everything was finished. */
export const afterReconcile: Expected = {
  held: ['gone'],
  spare: ['suspended'],
  resting: ['active'],
  former: ['gone'],
  drifting: ['active'],
  twice: ['active'],
  late: ['active'],
  lost: ['active'],
}

const changing =
  (name: string, before: Standing, after: Standing) =>
  (intended: boolean): Expected => ({ ...quietStates, [name]: intended ? [after] : [before, after] })

const declared = fileURLToPath(new URL('keys.yaml', import.meta.url))

export const scenarios: ReadonlyArray<Scenario> = [
  {
    name: 'add',
    args: ['add', 'fresh', '--monthly-limit', '5'],
    from: 'quiet',
    untouched: 'held',
    touched: ['fresh'],
    expected: changing('fresh', 'gone', 'active'),
    counter: { commands: [['remove', 'fresh', '--yes']], expected: { ...quietStates, fresh: ['gone'] } },
  },
  {
    name: 'remove',
    args: ['remove', 'held', '--yes'],
    from: 'quiet',
    untouched: 'spare',
    touched: ['held'],
    expected: changing('held', 'active', 'gone'),
    counter: { commands: [['remove', 'held', '--yes'], ['add', 'held', '--monthly-limit', '2']], expected: quietStates },
  },
  {
    name: 'suspend',
    args: ['suspend', 'held'],
    from: 'quiet',
    untouched: 'spare',
    touched: ['held'],
    expected: changing('held', 'active', 'suspended'),
    counter: { commands: [['resume', 'held']], expected: quietStates },
  },
  {
    name: 'resume',
    args: ['resume', 'resting'],
    from: 'quiet',
    untouched: 'held',
    touched: ['resting'],
    expected: changing('resting', 'suspended', 'active'),
    counter: { commands: [['suspend', 'resting']], expected: quietStates },
  },
  {
    name: 'apply',
    args: ['apply', declared, '--prune', '--yes'],
    from: 'quiet',
    untouched: 'resting',
    touched: ['fresh', 'held', 'spare'],
    finish: ['apply', declared, '--prune', '--yes'],
    expected: () => ({ ...quietStates, fresh: ['active'], spare: ['gone'] }),
  },
  {
    name: 'reconcile',
    args: ['reconcile'],
    from: 'pending',
    untouched: 'twice',
    touched: ['lost', 'spare', 'resting'],
    expected: () => afterReconcile,
  },
]

/** The one of this name. */
export const scenarioOf = (name: string): Scenario => {
  const found = scenarios.find((each) => each.name === name)
  if (found === undefined) throw new Error(`there is no scenario ${name}`)
  return found
}
