import { setImmediate } from 'node:timers/promises'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { nodeSqliteDriver } from '../../../src/adapters/sqlite-log/node-sqlite-driver.js'

describe('loading Node’s own SQLite', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('keeps back its one warning and no other, and only while it loads', async () => {
    const heard: string[] = []
    const hear = ({ message }: Error): void => {
      heard.push(message)
    }
    process.on('warning', hear)
    const its = 'SQLite is an experimental feature and might change at any time'
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
      process.emitWarning(its, 'ExperimentalWarning')
      process.emitWarning('another experiment', 'ExperimentalWarning')
      process.emitWarning('something old', 'DeprecationWarning', 'DEP0000')
      return undefined
    })
    const before = Object.getOwnPropertyDescriptor(process, 'emitWarning')
    expect(nodeSqliteDriver()).toBeNull()
    expect(Object.getOwnPropertyDescriptor(process, 'emitWarning')).toEqual(before)
    process.emitWarning(`${its} (later)`, 'ExperimentalWarning')
    await setImmediate()
    process.off('warning', hear)
    expect(heard).toEqual(['another experiment', 'something old', `${its} (later)`])
  })

  it('puts the warnings back also when loading fails', () => {
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
      throw new Error('cannot load')
    })
    const before = Object.getOwnPropertyDescriptor(process, 'emitWarning')
    expect(() => nodeSqliteDriver()).toThrow('cannot load')
    expect(Object.getOwnPropertyDescriptor(process, 'emitWarning')).toEqual(before)
  })
})
