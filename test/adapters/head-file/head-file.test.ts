import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { makeHeadFile } from '../../../src/adapters/head-file/head-file.js'
import { authenticatorOf } from '../../support/log-authenticator.js'

const by = authenticatorOf('k')
const hash = (n: number): string => n.toString(16).padStart(64, '0')
const at = (sequence: number) => ({ sequence, hash: hash(sequence) })
const known = (sequence: number) => ({ _tag: 'Known', head: at(sequence) })

describe('a head file', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lean-vault-head-'))
    path = join(folder, 'config', 'v.head')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('remembers nothing at first and makes nothing by being read', () => {
    expect(makeHeadFile(path, by).read()).toEqual({ _tag: 'None' })
    expect(() => statSync(join(folder, 'config'))).toThrow('ENOENT')
  })

  it('remembers the newest head, for its owner alone', () => {
    for (const n of [1, 2, 3, 7, 8]) {
      makeHeadFile(path, by).raise(at(n))
      expect(makeHeadFile(path, by).read()).toEqual(known(n))
    }
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'config')).mode & 0o777).toBe(0o700)
  })

  it('goes upwards only', () => {
    const file = makeHeadFile(path, by)
    for (const n of [5, 4, 5, 3]) file.raise(at(n))
    file.raise({ sequence: 5, hash: hash(99) })
    expect(file.read()).toEqual(known(5))
  })

  it('loses at most the newest head to any changed byte or cut, and believes no other', () => {
    const file = makeHeadFile(path, by)
    file.raise(at(10))
    file.raise(at(11))
    const whole = readFileSync(path)
    const seen = new Set<string>()
    for (let n = 0; n < whole.length; n += 1) {
      for (const changed of [Buffer.from(whole), whole.subarray(0, n)]) {
        if (changed.length === whole.length) changed[n] = (changed[n] ?? 0) ^ (1 << n % 8)
        writeFileSync(path, changed)
        const found = file.read()
        expect([known(11), known(10), { _tag: 'Unreadable' }]).toContainEqual(found)
        seen.add(JSON.stringify(found))
      }
    }
    expect(seen.size).toBeGreaterThan(1)
  })

  it('believes no head under a key that is not in the ring, and leaves what it cannot read', () => {
    makeHeadFile(path, authenticatorOf('stranger')).raise(at(9))
    const file = makeHeadFile(path, by)
    expect(file.read()).toEqual({ _tag: 'Unreadable' })
    const before = readFileSync(path)
    file.raise(at(10))
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('is read under an older key of the ring', () => {
    makeHeadFile(path, by).raise(at(9))
    expect(makeHeadFile(path, authenticatorOf('newer', 'k')).read()).toEqual(known(9))
  })

  it('fails nothing when it cannot be written', () => {
    writeFileSync(join(folder, 'config'), 'a file where the folder should be')
    expect(() => makeHeadFile(path, by).raise(at(1))).not.toThrow()
    chmodSync(folder, 0o700)
  })
})
