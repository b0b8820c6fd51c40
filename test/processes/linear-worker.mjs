// One of many processes at one vault, by the built library: asks one thing after another at random until it is told to end, and
// keeps of each when it began, when its answer came and what it was. The clock is the machine's own, which all processes share.
import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const { library, file, id, names, until, verbs, plant, pause = 0 } = JSON.parse(process.argv[2])
const { isVaultFailure, promises, reveal } = await import(library)

const record = openSync(file, 'a', 0o600)
const write = (line) => writeSync(record, `${JSON.stringify(line)}\n`)
const now = () => process.hrtime.bigint().toString()
const pick = (all) => all[Math.floor(Math.random() * all.length)]

const vault = await promises.openVault({ env: process.env })

const seenIn = (view) => ({
  state: view.state,
  born: view.tags.born ?? '',
  limit: view.limits.monthlySpend,
  tag: view.tags.t ?? '',
  hash: view.hash,
})

let asked = 0
const mark = () => `${id}-${asked}`
/** No two of them are the same, so that whoever reads one knows who wrote it. */
const limit = () => Number((1 + id + asked / 10_000).toFixed(4))

let kept = null
/** A planted fault: reads are answered from memory for a while. */
const listed = async () => {
  if (plant !== 'stale-reads') return vault.list()
  if (kept === null || Date.now() - kept.at > 400) kept = { at: Date.now(), views: await vault.list() }
  return kept.views
}

const acts = {
  add: async (name, { born, limit: dollars }) => ({ outcome: (await vault.add(name, { monthlyLimit: dollars, tags: { born } })).outcome }),
  remove: async (name) => ({ outcome: (await vault.remove(name)).outcome }),
  suspend: async (name) => ({ outcome: (await vault.suspend(name)).outcome }),
  resume: async (name) => ({ outcome: (await vault.resume(name)).outcome }),
  'update-limits': async (name, { limit: dollars }) => ({ outcome: (await vault.updateSpendLimits(name, { monthlyLimit: dollars })).outcome }),
  tag: async (name, { tag }) => {
    const { outcome, tags } = await vault.changeTags(name, { t: tag })
    return { outcome, tag: tags.t ?? '' }
  },
  get: async (name) => {
    const { secret, warning } = await vault.get(name)
    return { outcome: 'read', hash: createHash('sha256').update(reveal(secret), 'utf8').digest('hex'), isSuspended: warning !== null }
  },
  show: async (name) => ({ outcome: 'read', seen: seenIn(await vault.show(name)) }),
  list: async () => {
    const views = await listed()
    return { outcome: 'read', all: Object.fromEntries(views.map((view) => [view.name, seenIn(view)])) }
  },
}

const args = { add: () => ({ born: mark(), limit: limit() }), 'update-limits': () => ({ limit: limit() }), tag: () => ({ tag: mark() }) }

const told = async (verb, name, more) => {
  try {
    return await acts[verb](name, more)
  } catch (error) {
    if (!isVaultFailure(error)) return { outcome: `threw ${String(error?.stack ?? error)}` }
    const { _tag, reason } = error.error
    return { outcome: _tag === 'VaultUnavailable' ? `${_tag} ${reason}` : _tag }
  }
}

const isOver = () => process.hrtime.bigint() > BigInt(until)
/** Whoever has no end of time asks each of its verbs once of each name. */
const once = until === null ? verbs.flatMap((verb) => names.map((name) => [verb, name])) : null

while (once === null ? !isOver() : asked < once.length) {
  const [verb, name] = once?.[asked] ?? [pick(verbs), pick(names)]
  asked += 1
  const more = args[verb]?.() ?? {}
  write({ n: asked, asked: { verb, ...more }, name, start: now() })
  const answer = await told(verb, name, more)
  write({ n: asked, end: now(), told: answer })
  if (pause > 0) await sleep(pause)
}
await vault.close()
