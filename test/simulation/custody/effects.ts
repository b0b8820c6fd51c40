import { AsyncLocalStorage } from 'node:async_hooks'
import fs from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'

/** A process dies around its n-th change of what outlives it, from 0: a file, a commit of SQLite, an entry of the keychain. */
export interface Death {
  readonly effect: number
  readonly when: 'before' | 'after'
}

/** One process of a simulated life. All run in this one; each knows itself by the asynchronous context that it runs in. */
export interface Mortal {
  readonly id: number
  readonly died: Promise<'died'>
  alive: boolean
  effects: number
  death: Death | null
  /** At which change it died. */
  end: string | null
  readonly connections: Set<Connection>
  readonly report: (died: 'died') => void
}

/** What the drivers of SQLite have in common. */
interface Connection {
  exec: (this: Connection, sql: string) => unknown
  close: (this: Connection) => unknown
}

const running = new AsyncLocalStorage<Mortal>()
const originals = new Map<string, (...given: ReadonlyArray<unknown>) => unknown>()

export const born = (id: number): Mortal => {
  // Set at once, in the promise's own executor.
  let report: (died: 'died') => void = () => undefined
  const died = new Promise<'died'>((resolve) => {
    report = resolve
  })
  return { id, died, alive: true, effects: 0, death: null, end: null, connections: new Set(), report }
}

const dead = new Error('this process is dead')

const exec = (connection: Connection, sql: string): unknown => {
  const original = originals.get('exec')
  return original === undefined ? connection.exec(sql) : Reflect.apply(original, connection, [sql])
}

/** Whoever waited for its locks need not wait any more, and what it did not commit was never there. */
const letGo = ({ connections }: Mortal): void => {
  for (const connection of connections)
    try {
      exec(connection, 'ROLLBACK')
    } catch {
      // It was in no transaction.
    }
}

const die = (process: Mortal, where: string): void => {
  process.alive = false
  process.end = where
  letGo(process)
  process.report('died')
}

/** A change of what outlives the process: it may die before it or after it, and the dead change nothing. */
export const effect = <A>(what: string, change: () => A): A => {
  const process = running.getStore()
  if (process === undefined) return change()
  if (!process.alive) throw dead
  const number = process.effects++
  if (process.death?.effect !== number) return change()
  const { when } = process.death
  try {
    if (when === 'after') change()
  } finally {
    die(process, `${when} ${what}`)
  }
  throw dead
}

/** Runs `work` as that process. `died`: it came to no end. What a dead process goes on to say is nobody's business. */
export const asProcess = async <A>(process: Mortal, work: () => Promise<A>): Promise<A | 'died'> => {
  const whole = running.run(process, async () => await work())
  const lived = whole.catch((error: unknown) => {
    if (process.alive) throw error
    return process.died
  })
  const answer = await Promise.race([lived, process.died])
  return process.alive ? answer : 'died'
}

/** A promise that is never settled: what the dead wait for. */
export const never = <A>(): Promise<A> => new Promise<A>(() => undefined)

const shortened = (path: unknown): string => String(path).replace(/.*\//, '').replace(/[0-9a-f]{12,}/g, '*')

const opensForWriting = (flags: unknown): boolean => typeof flags === 'string' && flags !== 'r'

/** The calls of Node by which the product changes files. What is opened for reading changes none. */
const calls = ['openSync', 'writeSync', 'linkSync', 'renameSync', 'unlinkSync', 'rmSync', 'mkdirSync'] as const

const patchFiles = (): void => {
  for (const name of calls) {
    const original = fs[name] as (...given: ReadonlyArray<unknown>) => unknown
    originals.set(name, original)
    const patched = (...given: ReadonlyArray<unknown>): unknown =>
      name === 'openSync' && !opensForWriting(given[1]) ? original(...given) : effect(`${name} ${name === 'writeSync' ? '' : shortened(given[0])}`.trim(), () => original(...given))
    Object.assign(fs, { [name]: patched })
  }
  syncBuiltinESMExports()
}

const driverClass = (): { readonly prototype: Connection } => {
  // Whichever of the two drivers this Node uses.
  const own: unknown = process.getBuiltinModule('node:sqlite')
  const found = own === undefined ? createRequire(import.meta.url)('libsql') as unknown : (own as { readonly DatabaseSync: unknown }).DatabaseSync
  return found as { readonly prototype: Connection }
}

const patchSqlite = (): void => {
  const { prototype } = driverClass()
  const plain = { exec: prototype.exec, close: prototype.close }
  originals.set('exec', plain.exec as (...given: ReadonlyArray<unknown>) => unknown)
  prototype.exec = function (sql) {
    const process = running.getStore()
    process?.connections.add(this)
    if (sql === 'COMMIT') return effect('COMMIT', () => plain.exec.call(this, sql))
    if (process?.alive === false) throw dead
    return plain.exec.call(this, sql)
  }
  prototype.close = function () {
    running.getStore()?.connections.delete(this)
    return plain.close.call(this)
  }
}

/** From now on the file system and SQLite know processes that die. Nothing changes for whoever runs in no such process. */
export const watchEffects = (): void => {
  if (originals.size > 0) return
  patchFiles()
  patchSqlite()
}

/** Looks at the vault from outside of every process, also where one waits. */
export const asNobody = <A>(work: () => Promise<A>): Promise<A> => running.exit(work)
