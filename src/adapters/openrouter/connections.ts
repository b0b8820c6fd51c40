import type { Dispatcher } from 'undici'

/** A connection lent for one request. `release` it when the answer is in. */
export interface Lease {
  readonly dispatcher: Dispatcher
  readonly release: () => void
}

export interface Connections {
  readonly forRead: () => Lease
  readonly forChange: () => Lease
  /** Drops every connection; what is under way fails. */
  readonly destroy: () => Promise<void>
}

interface Shared {
  readonly dispatcher: Dispatcher
  running: number
}

const mostShared = 4

/**
 * Reads share kept-alive connections, the least busy one first. undici's Pool would open a second one for the very next read,
 * because a connection counts as busy until the event loop has turned.
 *
 * A change goes out on a connection of its own, closed afterwards: on a kept one that the other side has just closed, it could
 * not be told whether a POST arrived, and an ordinary create would turn into a lost one.
 */
export const makeConnections = (open: (kept: boolean) => Dispatcher): Connections => {
  const shared: Array<Shared> = []
  const own = new Set<Dispatcher>()

  const leastBusy = (): Shared => {
    const [best] = [...shared].sort((a, b) => a.running - b.running)
    if (best !== undefined && (best.running === 0 || shared.length >= mostShared)) return best
    const added: Shared = { dispatcher: open(true), running: 0 }
    shared.push(added)
    return added
  }

  return {
    forRead: () => {
      const lent = leastBusy()
      lent.running += 1
      return {
        dispatcher: lent.dispatcher,
        release: () => {
          lent.running -= 1
        },
      }
    },
    forChange: () => {
      const dispatcher = open(false)
      own.add(dispatcher)
      return {
        dispatcher,
        release: () => {
          own.delete(dispatcher)
          // The answer is in; how its connection ends changes nothing.
          dispatcher.destroy().catch(() => undefined)
        },
      }
    },
    destroy: async () => {
      await Promise.all([...shared.map(({ dispatcher }) => dispatcher), ...own].map((dispatcher) => dispatcher.destroy()))
    },
  }
}
