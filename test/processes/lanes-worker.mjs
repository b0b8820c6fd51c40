// One life of a process that changes a vault in many ways at once, until it is killed: each lane asks one thing after another of
// a key of its own. It keeps what it asked, what it was told, and the last fact that the log then had of the key.
import { mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const { library, file, life, folder } = JSON.parse(process.argv[2])
const { changeVaultKey, initVault, isVaultFailure, promises, secret } = await import(library)

const record = openSync(file, 'a', 0o600)
const write = (line) => writeSync(record, `${JSON.stringify(line)}\n`)
const managementKey = process.env.LEAN_VAULT_MANAGEMENT_KEY

const vault = await promises.openVault({ env: process.env })

const settled = async (task) => {
  const result = await task()
  if (result._tag === 'Left') throw Object.assign(new Error(result.left._tag), { name: 'VaultFailure', error: result.left })
  return result.right
}

const rotated = 'lane-g'
let number = 0
const limit = () => ((number % 900) + 100) / 100

const named = (act) => async (name) => {
  const { outcome, events } = await act(name)
  const [last] = (await vault.show(name)).lastEvents.slice(-1)
  return { outcome, events, sequence: last.sequence, type: last.event }
}

const makeElsewhere = async (n) => {
  const home = join(folder, 'inits', String(n))
  mkdirSync(join(folder, 'inits'), { recursive: true, mode: 0o700 })
  try {
    await settled(initVault({ home, env: { ...process.env, LEAN_VAULT_HOME: home }, managementKey: secret(managementKey) }))
  } catch (error) {
    if (error.error?._tag !== 'VaultExists') throw error
  }
  const made = await promises.openVault({ home, env: { ...process.env, LEAN_VAULT_HOME: home } })
  await made.history()
  await made.close()
  return { outcome: 'done' }
}

const verbs = {
  // Without a limit where keys are rotated: nothing is then left to share out until a window turns.
  add: named((name) => vault.add(name, { ...(name === rotated ? {} : { monthlyLimit: 5 }), tags: { lane: name } })),
  remove: named((name) => vault.remove(name)),
  suspend: named((name) => vault.suspend(name)),
  resume: named((name) => vault.resume(name)),
  rotate: named((name) => vault.rotate(name)),
  tag: named((name) => vault.changeTags(name, { t: String(number) })),
  'update-limits': named((name) => vault.updateSpendLimits(name, { monthlyLimit: limit() })),
  panic: async (name) => {
    await vault.panic({ tag: { key: 'lane', value: name } })
    return { outcome: 'done' }
  },
  reconcile: async () => {
    await vault.reconcile()
    return { outcome: 'done' }
  },
  'vault rotate-key': async () => {
    await settled(changeVaultKey({ env: process.env }, { to: 'rotate' }))
    return { outcome: 'done' }
  },
  'credentials set': async () => {
    await vault.changeCredential(secret(managementKey))
    return { outcome: 'done' }
  },
  init: async () => {
    // What the life before may have been killed at is finished first, and mostly thrown away.
    for (const n of [life - 1, life]) await makeElsewhere(n)
    if (life % 50 !== 1) rmSync(join(folder, 'inits', String(life - 1)), { recursive: true })
    return { outcome: 'done' }
  },
}

/** Each lane asks these in turn. A lane's `add` is told `NameTaken` where the key is there from an earlier life. */
const lanes = [
  ['lane-a', ['add', 'remove']],
  ['lane-b', ['remove', 'add']],
  ['lane-c', ['add', 'suspend', 'resume', 'suspend', 'resume', 'suspend', 'resume', 'suspend', 'resume', 'suspend', 'resume']],
  ['lane-d', ['add', 'suspend', 'resume', 'suspend', 'resume', 'suspend', 'resume', 'suspend', 'resume', 'suspend', 'resume']],
  ['lane-e', ['add', 'tag', 'tag', 'tag', 'tag', 'tag', 'tag', 'tag', 'tag']],
  ['lane-f', ['add', 'update-limits', 'update-limits', 'update-limits', 'update-limits', 'update-limits']],
  ['lane-g', ['add', 'rotate', 'rotate', 'rotate']],
  ['lane-h', ['add', 'panic', 'resume']],
  ['', ['reconcile']],
  ['', ['vault rotate-key']],
  ['', ['credentials set']],
]

const told = async (verb, name) => {
  try {
    return await verbs[verb](name)
  } catch (error) {
    return { outcome: isVaultFailure(error) || error?.error !== undefined ? error.error._tag : `threw ${String(error?.stack ?? error)}` }
  }
}

const ask = async (lane, verb, name) => {
  number += 1
  write({ lane, verb, name })
  write({ lane, told: await told(verb, name) })
  // What asks nobody is otherwise done without a pause, and lets no answer of OpenRouter in.
  await sleep(5)
}

const run = async ([name, turns], lane) => {
  // A lane begins anywhere in its turns, so that a short life strikes each of them.
  for (let turn = Math.floor(Math.random() * turns.length); ; turn += 1) await ask(lane, turns[turn % turns.length], name)
}

process.stdout.write('begun\n')
void ask(lanes.length, 'init', '')
await Promise.all(lanes.map(run))
