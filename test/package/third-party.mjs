// What somebody outside writes: adapters of their own, proven with the test kit by a plain program.
import * as E from 'fp-ts/lib/Either.js'
import { initVault, openVault } from 'lean-vault'
import { alertChannelSuite, eventLogSuite, lifePlanOf, makeMemoryStore, openMemoryLog, runLife } from 'lean-vault/testing'

/** A channel that puts texts into a list, in the place of a pager. */
const openPager = ({ careful }) => async () => {
  const pages = []
  let mood = 'takes'
  const deliver = (message) => async () => {
    if (mood === 'fails' && careful) return E.left({ _tag: 'DeliveryProblem', hopeless: false, message: 'the pager is off', retryAfter: null })
    if (mood === 'takes') pages.push(message.alerts.map((alert) => `${alert.happened} ${alert.next}`).join('\n'))
    return E.right(undefined)
  }
  return {
    channel: { deliver },
    received: () => pages,
    mood: (next) => {
      mood = next
    },
    close: async () => undefined,
  }
}

const failuresOf = async (suite) => {
  const failed = []
  for (const { name, run } of suite) await run().catch(() => failed.push(name))
  return failed
}

const freshStore = async () => {
  const store = makeMemoryStore({ vaultId: '0123456789abcdef0123456789abcdef', format: 1 })
  return { open: async () => openMemoryLog(store), dispose: async () => undefined }
}

const options = { home: '/nowhere', baseUrl: 'https://openrouter.test/api/v1' }
const living = {
  store: freshStore,
  initialise: (parts, managementKey) => initVault({ ...options, managementKey, overrides: parts }),
  open: (parts) => openVault({ ...options, overrides: parts }),
}
const lives = []
for (let seed = 1; seed <= 5; seed += 1) lives.push(...(await runLife(living, lifePlanOf(seed))).problems)

const pager = (careful) => alertChannelSuite({ open: openPager({ careful }), troubles: { fails: 'passing' }, secrets: [] })
console.log(
  JSON.stringify({
    channel: await failuresOf(pager(true)),
    careless: await failuresOf(pager(false)),
    store: await failuresOf(eventLogSuite(freshStore)),
    lives,
  }),
)
