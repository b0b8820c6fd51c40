import type { Prng } from './prng.js'

/** One simulated process: alive until it crashes or ends. */
export interface SimProcess {
  readonly id: number
  alive: boolean
}

interface Parked {
  readonly process: SimProcess
  readonly wakeAt: number
  readonly resume: () => void
}

/** Virtual time and the one place where concurrent processes take turns. */
export interface Scheduler {
  readonly now: () => number
  /** Waits at least `milliseconds` of virtual time; another process may run meanwhile. Never returns to a dead process. */
  readonly park: (process: SimProcess, milliseconds: number) => Promise<void>
  /** Runs until nothing is parked; `afterStep` is called after each turn, when everything that can run has run. */
  readonly run: (afterStep: () => void, mostSteps: number) => Promise<number>
  readonly advance: (milliseconds: number) => void
}

const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const makeScheduler = (prng: Prng): Scheduler => {
  let time = 0
  let parked: ReadonlyArray<Parked> = []

  const takeTurn = (): boolean => {
    parked = parked.filter((each) => each.process.alive)
    if (parked.length === 0) return false
    const ready = parked.filter((each) => each.wakeAt <= time)
    if (ready.length === 0) {
      time = Math.min(...parked.map((each) => each.wakeAt))
      return takeTurn()
    }
    const chosen = ready[prng.below(ready.length)]
    if (chosen === undefined) return false
    parked = parked.filter((each) => each !== chosen)
    chosen.resume()
    return true
  }

  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds
    },
    park: (process, milliseconds) =>
      new Promise((resolve) => {
        parked = [...parked, { process, wakeAt: time + milliseconds, resume: resolve }]
      }),
    run: async (afterStep, mostSteps) => {
      let steps = 0
      await drained()
      while (steps < mostSteps && takeTurn()) {
        steps += 1
        await drained()
        afterStep()
      }
      return steps
    },
  }
}

/** A promise that never settles: what a dead process waits for. */
export const never = <A>(): Promise<A> => new Promise<A>(() => undefined)
