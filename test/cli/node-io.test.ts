import { PassThrough } from 'node:stream'

import { describe, expect, it, vi } from 'vitest'

import { makeLaunch } from '../../src/cli/launch.js'
import { inputOf, outputOf, type WriteStream } from '../../src/cli/node-io.js'
import { type SignalSource, type StopName, watchSignals } from '../../src/cli/stop-signal.js'

describe('output', () => {
  it('makes its stream when something is written, and not before', () => {
    const written: Array<string> = []
    const stream = vi.fn(() => ({ write: (text: string) => written.push(text), on: () => undefined }))
    const output = outputOf({ isTerminal: false, stream })
    output.write('')
    expect(stream).not.toHaveBeenCalled()
    output.write('a')
    output.write('b')
    expect(stream).toHaveBeenCalledTimes(1)
    expect(written).toEqual(['a', 'b'])
  })

  it('drops what comes after its reader went away', () => {
    const fail: Array<(error: Error) => void> = []
    const written: Array<string> = []
    const stream: WriteStream = { write: (text) => written.push(text), on: (_, listener) => fail.push(listener) }
    const output = outputOf({ isTerminal: false, stream: () => stream })
    output.write('a')
    expect(output.isClosed()).toBe(false)
    fail[0]?.(Object.assign(new Error('nobody reads'), { code: 'EPIPE' }))
    output.write('b')
    expect([output.isClosed(), output.failure()]).toEqual([true, null])
    expect(written).toEqual(['a'])
  })

  it('remembers an error by which text was lost', () => {
    const fail: Array<(error: Error) => void> = []
    const stream: WriteStream = { write: () => true, on: (_, listener) => fail.push(listener) }
    const output = outputOf({ isTerminal: false, stream: () => stream })
    output.write('a')
    fail[0]?.(Object.assign(new Error('full'), { code: 'ENOSPC' }))
    expect([output.isClosed(), output.failure()]).toEqual([true, 'ENOSPC'])
  })

  it('knows the width of terminals only', () => {
    const stream = { columns: 72, write: () => true, on: () => undefined }
    expect(outputOf({ isTerminal: true, stream: () => stream }).columns).toBe(72)
    expect(outputOf({ isTerminal: false, stream: () => stream }).columns).toBeNull()
  })
})

describe('standard input', () => {
  const never = new AbortController().signal

  it('is read to its end, whatever its pieces', async () => {
    const source = new PassThrough()
    const read = inputOf({ isTerminal: false, stream: () => source }, never).readAll(1000)
    source.write(Buffer.from('sk-or-'))
    setTimeout(() => source.end('v1-x\n'), 20)
    expect(await read).toBe('sk-or-v1-x\n')
  })

  it('is given up when nothing comes, so that a forgotten pipe holds nobody for ever', async () => {
    const source = new PassThrough()
    expect(await inputOf({ isTerminal: false, stream: () => source }, never).readAll(30)).toBeNull()
  })

  it('is waited for once its first byte has come', async () => {
    const source = new PassThrough()
    const read = inputOf({ isTerminal: false, stream: () => source }, never).readAll(50)
    source.write('slow ')
    setTimeout(() => source.end('typist'), 120)
    expect(await read).toBe('slow typist')
  })

  it('is given up when the program is asked to stop', async () => {
    const stop = new AbortController()
    const read = inputOf({ isTerminal: false, stream: () => new PassThrough() }, stop.signal).readAll(10_000)
    stop.abort()
    expect(await read).toBeNull()
  })
})

/** A `process` that signals are sent to by hand. */
const makeSource = () => {
  const listeners = new Map<NodeJS.Signals, Set<(signal: NodeJS.Signals) => void>>()
  const source: SignalSource = {
    on: (signal, listener) => listeners.set(signal, new Set([...(listeners.get(signal) ?? []), listener])),
    off: (signal, listener) => listeners.get(signal)?.delete(listener),
  }
  return { source, send: (signal: NodeJS.Signals) => [...(listeners.get(signal) ?? [])].forEach((listener) => listener(signal)) }
}

describe('the wish to stop', () => {
  it('is known by its first signal; a further one is told as such', () => {
    const { source, send } = makeSource()
    const again: Array<StopName> = []
    const stop = watchSignals(source, () => undefined, (name) => again.push(name))
    expect([stop.name(), stop.signal.aborted]).toEqual([null, false])
    send('SIGTERM')
    expect([stop.name(), stop.signal.aborted]).toEqual(['SIGTERM', true])
    expect(again).toEqual([])
    send('SIGINT')
    expect(again).toEqual(['SIGINT'])
    expect(stop.name()).toBe('SIGTERM')
  })

  it('is not meant for us while a command of exec runs', () => {
    const { source, send } = makeSource()
    const stop = watchSignals(source, () => undefined, () => undefined)
    const passed: Array<NodeJS.Signals> = []
    const takeBack = stop.handOver((signal) => passed.push(signal))
    send('SIGINT')
    send('SIGHUP')
    expect([passed, stop.name()]).toEqual([['SIGINT', 'SIGHUP'], null])
    takeBack()
    send('SIGINT')
    expect([passed.length, stop.name()]).toEqual([2, 'SIGINT'])
  })
})

describe('launching', () => {
  const { source, send } = makeSource()
  const stop = watchSignals(source, () => undefined, () => undefined)
  const script = 'process.on("SIGTERM", () => process.exit(9)); process.on("SIGINT", () => process.exit(8)); setInterval(() => {}, 1000)'
  const soon = (signal: NodeJS.Signals): void => void setTimeout(() => send(signal), 700)

  it('passes signals on', async () => {
    soon('SIGINT')
    const launch = makeLaunch({ stop, atTerminal: false })
    expect(await launch(process.execPath, ['-e', script], {})).toEqual({ _tag: 'Exited', code: 8 })
  })

  it('leaves to the terminal what the terminal sends to the whole group itself', async () => {
    soon('SIGINT')
    setTimeout(() => send('SIGTERM'), 1000)
    const launch = makeLaunch({ stop, atTerminal: true })
    expect(await launch(process.execPath, ['-e', script], {})).toEqual({ _tag: 'Exited', code: 9 })
  })

  it('gives this environment and no other', async () => {
    const launch = makeLaunch({ stop, atTerminal: false })
    const only = 'process.exit(process.env.ONE === "1" && process.env.HOME === undefined ? 3 : 4)'
    expect(await launch(process.execPath, ['-e', only], { ONE: '1' })).toEqual({ _tag: 'Exited', code: 3 })
  })
})
