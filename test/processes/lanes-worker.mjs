// One life of a process that changes a vault in many ways at once, until it is killed: each lane asks one thing after another of
// keys of its own. It keeps what it asked, what it was told, and the facts that the log then had of it.
import { createHash } from 'node:crypto'
import { existsSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const { library, file, life, folder, after, lanes, people, homes, pause } = JSON.parse(process.argv[2])
const { backupVault, changeVaultKey, initVault, isVaultFailure, promises, restoreVault, reveal, secret } = await import(library)

const record = openSync(file, 'a', 0o600)
const write = (line) => writeSync(record, `${JSON.stringify(line)}\n`)
const managementKey = secret(process.env.LEAN_VAULT_MANAGEMENT_KEY)
const cheap = 10

const settled = async (task) => {
  const result = await task()
  if (result._tag === 'Left') throw Object.assign(new Error(result.left._tag), { error: result.left })
  return result.right
}

/** Facts of one log in their order, each given out once. */
const reader = (vault, from) => {
  let cursor = from
  let known = []
  let reading = Promise.resolve()
  return async (isIt) => {
    reading = reading.then(async () => {
      for (const { sequence, event, name } of await vault.history({ after: cursor })) {
        cursor = sequence
        known.push({ sequence, event, name })
      }
    })
    await reading
    const found = known.filter(isIt)
    known = known.filter((each) => !found.includes(each))
    return found.map(({ sequence, event }) => [sequence, event])
  }
}

const vault = homes === null ? await promises.openVault({ env: process.env }) : null
const takeFacts = vault === null ? null : reader(vault, after[''] ?? 0)

let number = 0
const mark = () => `${life}-${number}`
const limit = () => ((number % 900) + 100) / 100

const seen = async (name) => {
  const { state, tags, limits, hash } = await vault.show(name)
  return { state, tag: tags.t ?? '', limit: limits.monthlySpend, hash }
}

const named = (act) => async (name, acted) => {
  const { outcome } = await act(name)
  acted()
  return { outcome, facts: await takeFacts((fact) => fact.name === name), seen: await seen(name) }
}

/** What is recorded of no key: only one lane of one process at a time makes facts of these types. */
const ofVault = (types, act) => async (name, acted) => {
  await act(name)
  acted()
  return { outcome: 'done', facts: await takeFacts((fact) => types.includes(fact.event)) }
}

const made = async (name) => {
  const answer = await fetch(`${process.env.OPENROUTER_BASE_URL}/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${reveal(managementKey)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: `made for ${name}`, limit: 7 }),
  })
  return secret((await answer.json()).key)
}

const turnBack = (error, ...tags) => {
  if (!tags.includes(error.error?._tag)) throw error
}

const signingKey = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const channel = { kind: 'webhook', target: 'http://127.0.0.1:9/hook' }
const inUse = (task, tag) => task.catch((error) => turnBack(error, tag))

let present = null
/** One who is not there yet, or one who is; before that is known, anyone. */
const someone = (isThere) => people.find((each) => present?.includes(each) === isThere) ?? people[life % people.length]
const changeRecipients = (to, isThere) => async () => {
  const report = await inUse(settled(changeVaultKey({ env: process.env }, { to, recipient: someone(isThere) })), 'InvalidInput')
  if (report !== undefined) present = report.recipients.map(({ recipient }) => recipient)
}

const keyVerbs = {
  add: named((name) => vault.add(name, { ...(name.startsWith('rotate') ? {} : { monthlyLimit: 5 }), tags: { lane: name } })),
  remove: named((name) => vault.remove(name)),
  suspend: named((name) => vault.suspend(name)),
  resume: named((name) => vault.resume(name)),
  rotate: named((name) => vault.rotate(name)),
  tag: named((name) => vault.changeTags(name, { t: mark() })),
  'update-limits': named((name) => vault.updateSpendLimits(name, { monthlyLimit: limit() })),
  import: named(async (name) => vault.importKey(name, await made(name))),
  panic: named(async (name) => {
    const { contained, outstanding } = await vault.panic({ tag: { key: 'lane', value: name } })
    return { outcome: outstanding.length > 0 ? 'incomplete' : contained.length > 0 ? 'suspended' : 'unchanged' }
  }),
  apply: named(async (name) => {
    const { done, failed } = await vault.applyKeys({ [name]: { monthlyLimit: limit(), tags: { t: mark() } } })
    return { outcome: failed[0]?.error._tag ?? (done.length > 0 ? 'updated' : 'unchanged') }
  }),
}

const vaultVerbs = {
  reconcile: ofVault([], () => vault.reconcile()),
  'get-usage': ofVault([], () => vault.usage()),
  watch: ofVault([], () => vault.watchOnce()),
  'vault rotate-key': ofVault(['VaultKeyRotated'], () => settled(changeVaultKey({ env: process.env }, { to: 'rotate' }))),
  'vault recipients add': ofVault(['RecipientAdded'], changeRecipients('add-recipient', false)),
  'vault recipients remove': ofVault(['RecipientRemoved'], changeRecipients('remove-recipient', true)),
  'credentials set': ofVault(['CredentialChanged'], () => vault.changeCredential(managementKey)),
  'alerts mute': ofVault(['AlertsMuted'], () => vault.alerts.mute({ rule: 'drift', until: '1h', note: mark() })),
  'alerts unmute': ofVault(['AlertsUnmuted'], () => vault.alerts.unmute({ rule: 'drift' })),
  'alerts ack': ofVault(['AlertRaised', 'AlertAcknowledged'], async () => {
    await vault.alerts.tellDamage([{ where: `trial/${life}-${number % 2}`, version: null, what: 'not damaged: a trial' }])
    const [alert] = await vault.alerts.list()
    if (alert !== undefined) await vault.alerts.acknowledge(alert.id, mark())
  }),
  'alerts add-channel': ofVault(['ChannelAdded'], () => vault.alerts.addChannel(`c${mark()}`, { ...channel, credential: secret(signingKey) })),
  'alerts remove-channel': ofVault(['ChannelRemoved'], async () => {
    const [oldest] = await vault.alerts.channels()
    if (oldest !== undefined) await vault.alerts.removeChannel(oldest.name)
  }),
}

const at = (name) => ({ ...process.env, LEAN_VAULT_HOME: join(folder, 'homes', name), XDG_CONFIG_HOME: join(folder, 'homes-config', name) })

/** What another home tells: its facts after one, and the key that every home but a new one has. */
const look = async (home, from, hasKey) => {
  const opened = await promises.openVault({ env: at(home) })
  const facts = await reader(opened, from)(() => true)
  const hash = hasKey ? createHash('sha256').update(reveal((await opened.get('kept')).secret), 'utf8').digest('hex') : null
  await opened.close()
  return { facts, hash }
}

const moved = new Map()
const moving = (change) => async (home, acted) => {
  await settled(changeVaultKey({ env: at(home) }, change))
  acted()
  const { facts, hash } = await look(home, moved.get(home) ?? after[home] ?? 0, true)
  moved.set(home, facts.at(-1)?.[0] ?? moved.get(home) ?? after[home] ?? 0)
  return { outcome: 'done', facts, hash, home }
}

const phrase = () => secret(process.env.LEAN_VAULT_PASSPHRASE)
const newest = () => readdirSync(join(folder, 'backups')).filter((name) => name.endsWith('.age')).sort().slice(-1)[0]

const homeVerbs = {
  init: async (_, acted) => {
    // What the life before was killed at is finished first.
    const home = unfinished.shift() ?? `init-${life}-${number}`
    await inUse(settled(initVault({ env: at(home), managementKey })), 'VaultExists')
    acted()
    const { facts } = await look(home, 0, false)
    return { outcome: 'done', facts, home }
  },
  backup: async (_, acted) => {
    const name = `b${String(life).padStart(6, '0')}.age`
    await settled(backupVault({ env: at('saved'), file: join(folder, 'backups', name), recipients: [people[0]], overwrite: true }))
    acted()
    const saved = await promises.openVault({ env: at('saved') })
    await saved.changeTags('kept', { t: mark() })
    await saved.close()
    return { outcome: 'done', facts: [], backup: name }
  },
  restore: async (_, acted) => {
    const home = `restored-${life}-${number}`
    await settled(restoreVault({ env: at(home), file: join(folder, 'backups', newest()), identityFile: join(folder, 'identity') }))
    acted()
    const { facts, hash } = await look(home, 0, true)
    return { outcome: 'done', facts: facts.filter(([, event]) => event === 'VaultRestored'), hash, home }
  },
  'vault passphrase': moving({ to: 'passphrase', passphrase: phrase(), cost: cheap }),
  'vault keychain': moving({ to: 'keychain' }),
  'vault key-file': moving({ to: 'key-file' }),
  'vault rotate-key': moving({ to: 'rotate' }),
}

const verbs = { ...keyVerbs, ...vaultVerbs, ...(homes === null ? {} : homeVerbs) }

const told = async (verb, name, acted) => {
  try {
    return await verbs[verb](name, acted)
  } catch (error) {
    if (!isVaultFailure(error) && error?.error === undefined) return { outcome: `threw ${String(error?.stack ?? error)}` }
    const { _tag, reason } = error.error
    return { outcome: _tag === 'VaultUnavailable' ? `${_tag} ${reason}` : _tag }
  }
}

const ask = async (lane, verb, name, rest = pause) => {
  number += 1
  write({ lane, verb, name })
  process.stdout.write(`asks ${verb}\n`)
  const answer = await told(verb, name, () => {
    write({ lane, acted: true })
    process.stdout.write(`done ${verb}\n`)
  })
  write({ lane, told: answer })
  process.stdout.write(`told ${lane}\n`)
  await sleep(rest)
  return answer.outcome
}

const isBusy = (outcome) => ['KeyBusy', 'NameOwesRevocation', 'KeyNotReady', 'KeyBeingRotated', 'KeyBeingRemoved', 'incomplete'].includes(outcome)

const run = async ({ names, turns, first, pause: rest }, lane) => {
  let which = 0
  for (let turn = first ?? Math.floor(Math.random() * turns.length); ; turn += 1) {
    const [verb, name] = [turns[turn % turns.length], names[which % names.length]]
    const outcome = await ask(lane, verb, name, rest)
    if (outcome === 'KeyNotFound' && !turns.includes('import')) await ask(lane, 'add', name)
    if (isBusy(outcome)) which += 1
  }
}

const isOld = (of) => of < life - 2 && of % 50 !== 0

const homesIn = () => (existsSync(join(folder, 'homes')) ? readdirSync(join(folder, 'homes')) : [])

/** What earlier lives made is thrown away, but some that are looked at in the end. */
const tidy = () => {
  for (const name of homesIn()) {
    if (!isOld(Number(/^(?:init|restored)-(\d+)/.exec(name)?.[1] ?? life))) continue
    for (const each of ['homes', 'homes-config']) rmSync(join(folder, each, name), { recursive: true, force: true })
  }
  const kept = newest()
  for (const name of readdirSync(join(folder, 'backups'))) {
    if (name.endsWith('.age') && name !== kept && Number(name.slice(1, 7)) < life - 20) rmSync(join(folder, 'backups', name), { force: true })
  }
}

if (homes !== null) tidy()
const unfinished = homesIn().filter((name) => name.startsWith(`init-${life - 1}-`))
process.stdout.write('begun\n')
await Promise.all(lanes.map(run))
