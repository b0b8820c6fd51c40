/** The signals that end a run between two steps. */
export type StopName = 'SIGINT' | 'SIGTERM'

/** Whether the user asked to stop, and how. */
export interface StopSignal {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  /** Which signal it was; null while there was none. */
  readonly name: () => StopName | null
  /** From now on signals are not a wish to stop: they go to `listener` until the returned function is called. */
  readonly handOver: (listener: (signal: NodeJS.Signals) => void) => () => void
}

/** The part of `process` that tells of signals. */
export interface SignalSource {
  readonly on: (signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void) => unknown
  readonly off: (signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void) => unknown
}

const forwarded: ReadonlyArray<NodeJS.Signals> = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']

/** 128 and the signal's number, as shells tell it. https://tldp.org/LDP/abs/html/exitcodes.html */
export const stopExit = (name: StopName): 130 | 143 => (name === 'SIGINT' ? 130 : 143)

/** Listens for the wish to stop. `again` is called at every further one: the user does not want to wait for the step's end. */
export const watchSignals = (
  source: SignalSource,
  first: (name: StopName) => void,
  again: (name: StopName) => void,
): StopSignal => {
  const controller = new AbortController()
  let asked: StopName | null = null
  const stopBy =
    (name: StopName) =>
    (): void => {
      if (asked !== null) return again(name)
      asked = name
      controller.abort()
      first(name)
    }
  const onInterrupt = stopBy('SIGINT')
  const onTerminate = stopBy('SIGTERM')
  const listen = (): void => {
    source.on('SIGINT', onInterrupt)
    source.on('SIGTERM', onTerminate)
  }
  listen()
  return {
    signal: controller.signal,
    name: () => asked,
    handOver: (listener) => {
      source.off('SIGINT', onInterrupt)
      source.off('SIGTERM', onTerminate)
      for (const signal of forwarded) source.on(signal, listener)
      return () => {
        for (const signal of forwarded) source.off(signal, listener)
        listen()
      }
    },
  }
}
