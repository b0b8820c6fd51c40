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

export const scenarios: ReadonlyArray<Scenario> = [
  {
    name: 'add',
    args: ['add', 'fresh', '--monthly-limit', '5'],
    from: 'quiet',
    untouched: 'held',
    touched: ['fresh'],
    expected: changing('fresh', 'gone', 'active'),
  },
  {
    name: 'remove',
    args: ['remove', 'held', '--yes'],
    from: 'quiet',
    untouched: 'spare',
    touched: ['held'],
    expected: changing('held', 'active', 'gone'),
  },
  {
    name: 'suspend',
    args: ['suspend', 'held'],
    from: 'quiet',
    untouched: 'spare',
    touched: ['held'],
    expected: changing('held', 'active', 'suspended'),
  },
  {
    name: 'resume',
    args: ['resume', 'resting'],
    from: 'quiet',
    untouched: 'held',
    touched: ['resting'],
    expected: changing('resting', 'suspended', 'active'),
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
