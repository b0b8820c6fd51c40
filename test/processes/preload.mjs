// Loaded into the real program with `node --import`, to end or stop it at an exact point. The program itself is unchanged.
//
// LEAN_VAULT_TEST_POINT is JSON:
//   {"report": file}                                        writes one line a commit point into the file
//   {"at": "commit", "nth": 2, "side": "before", "signal": "SIGKILL"}   around the nth commit or checkpoint
//   {"at": "request", "method": "POST", "nth": 1, "signal": "SIGSTOP"}  just before its first byte is written
//   {"at": "timer", "milliseconds": 1234, "nth": 1, "signal": "SIGSTOP"} just before the nth such timer is set
import { appendFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'

const point = JSON.parse(process.env.LEAN_VAULT_TEST_POINT ?? '{}')
delete process.env.LEAN_VAULT_TEST_POINT

const strike = () => process.kill(process.pid, point.signal)

let commits = 0
const around = (what, act) => {
  commits += 1
  if (point.report !== undefined) appendFileSync(point.report, `${what}\n`)
  const isIt = point.at === 'commit' && commits === point.nth
  if (isIt && point.side === 'before') strike()
  const result = act()
  if (isIt && point.side === 'after') strike()
  return result
}

/** Both drivers have `exec` and `prepare` on a prototype. */
const watch = (prototype) => {
  const { exec, prepare } = prototype
  prototype.exec = function (sql, ...more) {
    const run = () => exec.call(this, sql, ...more)
    return sql === 'COMMIT' ? around('commit', run) : run()
  }
  prototype.prepare = function (sql, ...more) {
    const statement = prepare.call(this, sql, ...more)
    if (!String(sql).startsWith('PRAGMA wal_checkpoint')) return statement
    for (const name of ['all', 'get', 'run']) {
      const run = statement[name]
      statement[name] = (...values) => around('checkpoint', () => run.apply(statement, values))
    }
    return statement
  }
}

if (point.at === 'commit' || point.report !== undefined) {
  const own = process.getBuiltinModule?.('node:sqlite')
  watch(own?.DatabaseSync?.prototype ?? createRequire(process.argv[1])('libsql').prototype)
}

if (point.at === 'request') {
  const { write } = Socket.prototype
  let seen = 0
  Socket.prototype.write = function (chunk, ...more) {
    if (String(chunk).startsWith(`${point.method} /`)) {
      seen += 1
      if (seen === point.nth) strike()
    }
    return write.call(this, chunk, ...more)
  }
}

if (point.at === 'timer') {
  const set = globalThis.setTimeout
  let seen = 0
  globalThis.setTimeout = (act, delay, ...more) => {
    if (delay === point.milliseconds) {
      seen += 1
      if (seen === point.nth) strike()
    }
    return set(act, delay, ...more)
  }
}
