import { add, zero } from '../../domain/shared/picodollars.js'
import type { Account } from './account.js'
import { applyFault } from './apply-fault.js'
import type { Fault, Outcome } from './fault.js'
import { handle } from './handle.js'
import { type JournalEntry, journalEntry } from './journal.js'
import { admits, charge } from './spending.js'
import type { Cost, Due, Sha256, WireRequest } from './wire.js'

const longestHistory = 64

/** The one mutable cell of a simulation: the account now, its past, what is due, and what was asked of it. */
export interface World {
  readonly sha256: Sha256
  account: Account
  /** Former accounts, the newest first, at most 64. */
  history: ReadonlyArray<Account>
  due: ReadonlyArray<Due>
  /** Every request that a client tried, in order. */
  readonly journal: Array<JournalEntry>
}

/** The simulated service around an account: what it holds, what is still to take effect, and the journal of requests. */
export const createWorld = (sha256: Sha256, account: Account): World => ({ sha256, account, history: [], due: [], journal: [] })

const advance = (world: World, next: Account): void => {
  if (next === world.account) return
  world.history = [world.account, ...world.history.slice(0, longestHistory - 1)]
  world.account = next
}

const perform = (world: World, due: Due): void => {
  if (due._tag === 'Charge') return advance(world, charge(world.account, due.hash, due.cost, due.at))
  const handled = handle(world.sha256, world.account, due.request, due.at)
  advance(world, handled.account)
  world.due = [...world.due, ...handled.dueLater]
}

const earliest = (world: World, now: number): Due | null =>
  world.due.reduce<Due | null>(
    (first, due) => (due.at <= now && (first === null || due.at < first.at) ? due : first),
    null,
  )

/** Applies what is due by `now`, earliest first, each at its own time. Call it before looking at the account. */
export const settleDue = (world: World, now: number): void => {
  for (let next = earliest(world, now); next !== null; next = earliest(world, now)) {
    const taken = next
    world.due = world.due.filter((due) => due !== taken)
    perform(world, taken)
  }
}

/** Changes the account as its owner or the holder of a key does, after what is due by `now`. */
export const changeAccount = (world: World, now: number, edit: (account: Account) => Account): void => {
  settleDue(world, now)
  advance(world, edit(world.account))
}

/** One request under a fault, or under none, at the service's time `now`; it is written in the journal. */
export const arrive = (world: World, request: WireRequest, fault: Fault | null, now: number): Outcome => {
  settleDue(world, now)
  const { sha256, account, history } = world
  const applied = applyFault(fault, { sha256, account, history, request, now })
  advance(world, applied.account)
  world.due = [...world.due, ...applied.dueLater]
  world.journal.push(journalEntry(world, request, fault, applied.outcome, now))
  return applied.outcome
}

/**
 * The holder of a key's secret uses it: checked against limits and budgets at `now`, charged `duration` later, whatever
 * happened to the key meanwhile. False when the service refuses. Soft limits: the last request may cost more than was left.
 */
export const spendOnKey = (world: World, now: number, hash: string, cost: Cost, duration = 0): boolean => {
  settleDue(world, now)
  const key = world.account.keys.get(hash)
  if (key === undefined || !admits(world.account, key, cost, now)) return false
  world.due = [...world.due, { _tag: 'Charge', at: now + duration + world.account.settings.usageLag, hash, cost }]
  settleDue(world, now)
  return true
}

/** All that a key, live or deleted, has cost or will cost by requests already admitted: credits and BYOK in picodollars. */
export const committedSpend = (world: World, hash: string): Cost => {
  const key = world.account.keys.get(hash) ?? world.account.deleted.get(hash)
  const booked: Cost = { credits: key?.usage.total ?? zero, byok: key?.byokUsage.total ?? zero }
  return world.due.reduce(
    (sum, due) =>
      due._tag === 'Charge' && due.hash === hash
        ? { credits: add(sum.credits, due.cost.credits), byok: add(sum.byok, due.cost.byok) }
        : sum,
    booked,
  )
}
