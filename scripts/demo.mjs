// Shows the program at work on a simulated OpenRouter: `npm run demo`. It needs no account and no network, touches nothing outside
// a temporary folder, prints no secret, and exits with 1 if anything is not as it says.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { startSandbox } from '../dist/index.js'

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/bin/lean-vault.js')
const width = 78

/** What the demonstration works with: its folder, the simulated OpenRouter, and how many claims were checked and did not hold. */
const stage = { folder: '', sandbox: null, checked: 0, failed: 0, children: new Set() }

const say = (text = '') => console.log(text)

const wrapped = (text, indent = '') => {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.length - 1
    if (lines[last] !== '' && indent.length + lines[last].length + 1 + word.length > width) lines.push(word)
    else lines[last] += lines[last] === '' ? word : ` ${word}`
  }
  return lines.map((line) => indent + line).join('\n')
}

const heading = (text) => say(`\n${text}\n${'-'.repeat(text.length)}`)
const tell = (text) => say(wrapped(text))

const count = (claim, holds) => {
  stage.checked += 1
  if (!holds) {
    stage.failed += 1
    say(wrapped(`NOT SO: ${claim}`, '  '))
  }
  return holds
}

const check = (claim, holds) => {
  if (count(claim, holds)) say(wrapped(`ok: ${claim}`, '  '))
}

/** The child sees a home folder of its own and nothing of ours but where programs are. */
const environment = () => ({
  PATH: process.env.PATH ?? '',
  ...(process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot }),
  HOME: stage.folder,
  USERPROFILE: stage.folder,
  TMPDIR: stage.folder,
  OPENROUTER_BASE_URL: stage.sandbox.url,
  LEAN_VAULT_MANAGEMENT_KEY: stage.sandbox.managementKey,
  LEAN_VAULT_HTTP_TIMEOUT_MS: '5000',
  LEAN_VAULT_RETRY_BUDGET_MS: '5000',
  LEAN_VAULT_SETTLE_MS: '500',
})

const run = (args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    const out = { stdout: '', stderr: '' }
    stage.children.add(child)
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8')
      child[name].on('data', (text) => {
        out[name] += text
      })
    }
    child.once('error', reject)
    child.once('close', (code) => {
      stage.children.delete(child)
      resolve({ ...out, code })
    })
  })

const json = async (...args) => JSON.parse((await run([...args, '--json'])).stdout)

/** Runs one command and shows it with what it printed. */
const show = async (...args) => {
  say(`\n$ lean-vault ${args.join(' ')}`)
  const ran = await run(args)
  const printed = `${ran.stdout}${ran.stderr}`.replaceAll(stage.folder, '~').trimEnd()
  say(printed === '' ? '(nothing was printed)' : printed)
  count(`it ends with exit code 0 (it was ${ran.code})`, ran.code === 0)
  return ran
}

const control = async (method, path, body) => {
  const url = new URL(`/__sandbox${path}`, stage.sandbox.url)
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to ${method} ${path}`)
  return await answer.json()
}

const liveKeys = async () => (await control('GET', '/state')).keys
const posts = async () =>
  (await control('GET', '/journal')).requests.filter(({ method, path }) => method === 'POST' && path === '/keys')
const short = (id) => `${id.slice(0, 8)}..`

/** A program that is handed the key as any other would be, and asks OpenRouter with it. */
const consumer = `
const answer = await fetch(process.env.OPENROUTER_BASE_URL + '/key', { headers: { authorization: 'Bearer ' + process.env.OPENROUTER_API_KEY } })
const vaultVariables = Object.keys(process.env).filter((name) => name.startsWith('LEAN_VAULT_')).length
console.log(JSON.stringify({ status: answer.status, vaultVariables }))`

const handOut = async (name) => JSON.parse((await run(['exec', name, '--', process.execPath, '--input-type=module', '-e', consumer])).stdout)

const beginVault = async () => {
  heading('1. A vault for one OpenRouter account')
  await show('init')
}

const addAndHandOut = async () => {
  heading('2. A key, and how a program gets it')
  await show('add', 'web', '--monthly-limit', '100', '--tag', 'team=web')
  const [key] = await json('list')
  const { stdout: secret } = await run(['get', 'web'])
  const hash = createHash('sha256').update(secret).digest('hex')
  tell('\n"get web" prints the secret; it is not shown here. "exec" hands it to a program in its environment:')
  say('\n$ lean-vault exec web -- node agent.js')
  const seen = await handOut('web')
  check(`OpenRouter answers ${seen.status} to the program`, seen.status === 200)
  check('the program sees none of the LEAN_VAULT_ variables', seen.vaultVariables === 0)
  check("the secret's SHA-256 is the key's id at OpenRouter", hash === key.hash && hash === (await liveKeys())[0].hash)
}

const words = {
  CreationIntended: ({ nonce, birthLimit }) => `attempt with nonce ${short(nonce)}, limit ${birthLimit} at birth`,
  CreationOutcomeUnknown: () => 'no answer came: unknown is not failed',
  AttemptClosed: ({ finding }) => `every workspace was searched for the nonce: ${finding}`,
  StrayFound: ({ hash, nonce }) => `nonce ${short(nonce)} found on key ${short(hash)}`,
  RemoteDeleted: ({ hash, answer }) => `OpenRouter answers about ${short(hash)}: ${answer}`,
  RevocationProven: ({ hash, proof }) => `${short(hash)} is gone: ${proof.strength} proof`,
  Provisioned: ({ hash }) => `key ${short(hash)} is sealed in the vault`,
  Activated: ({ policy }) => `limit raised to ${policy.limit} USD ${policy.reset}, and read back`,
  Contained: () => 'disabled, limit 0, and read back',
  SecretShredded: () => 'the sealed secret is destroyed',
}

const story = (history) => {
  for (const { event, details } of history)
    if (event in words) say(`  ${event.padEnd(23)} ${words[event](details)}`)
}

const loseAnAnswer = async () => {
  heading('3. The answer to a create is lost')
  tell('The next POST /keys is carried out by OpenRouter, and then the connection breaks. The key exists, and nobody has its secret.')
  const before = (await posts()).length
  const deletedBefore = (await control('GET', '/state')).deleted
  await control('PUT', '/faults', { spec: 'POST /keys:lost-after@1' })
  await show('add', 'batch', '--monthly-limit', '25')
  await control('PUT', '/faults', { spec: '' })
  const history = await json('history', 'batch')
  say('\nWhat the history says:')
  story(history)
  const nonces = history.filter(({ event }) => event === 'CreationIntended').map(({ details }) => details.nonce)
  const sent = (await posts()).slice(before)
  const { keys, deleted } = await control('GET', '/state')
  const live = keys.filter(({ name }) => name.startsWith('batch '))
  say('\nAnd the account:')
  check(`${sent.length} POSTs, one for each attempt`, sent.length === 2 && nonces.length === 2)
  check('each with a nonce of its own in the name', new Set(nonces).size === 2 && nonces.every((nonce, n) => sent[n]?.body.includes(nonce)))
  check('each asked for a limit of 0', sent.every(({ body }) => JSON.parse(body).limit === 0))
  check('the orphan was deleted', deleted === deletedBefore + 1)
  check(`${live.length} live key of that name, the one in the vault`, live.length === 1 && live[0].name.includes(nonces[1]))
}

const suspendAndResume = async () => {
  heading('4. Suspend and resume')
  await show('suspend', 'batch')
  const suspended = await handOut('batch')
  check(`OpenRouter answers ${suspended.status} to the program now`, suspended.status === 401)
  await show('resume', 'batch')
  const resumed = await handOut('batch')
  check(`and ${resumed.status} again`, resumed.status === 200)
}

const meanings = {
  account: (seen) => `the management key opens the pinned account: ${seen}`,
  listing: (seen) => `the listing of all workspaces: ${seen}`,
  byHash: (seen) => `a read by its hash: ${seen}`,
  canary: (seen) => `another key that must be listed and answer: ${seen}`,
  secret: (seen) => `the secret itself, shown to OpenRouter: ${seen}`,
}

const removeWithProof = async () => {
  heading('5. Remove, with proof')
  const { stdout: secret } = await run(['get', 'batch'])
  await show('remove', 'batch', '--yes')
  const all = await json('history', 'batch')
  const history = all.slice(all.findIndex(({ event }) => event === 'RemovalRequested'))
  say('\nWhat the history says:')
  story(history)
  const { proof } = history.find(({ event }) => event === 'RevocationProven').details
  say('\nWhat the proof rests on:')
  for (const [witness, seen] of Object.entries(proof.witnesses)) say(`  ${meanings[witness](seen)}`)
  say()
  check('the proof is strong', proof.strength === 'strong' && proof.witnesses.canary === 'held-key')
  const answer = await fetch(`${stage.sandbox.url}/key`, { headers: { authorization: `Bearer ${secret}` } })
  check(`OpenRouter answers ${answer.status} to the secret`, answer.status === 401)
  check('the vault hands it out no more (exit code 3)', (await run(['get', 'batch'])).code === 3)
}

const settle = async () => {
  heading('6. Is anything left undone?')
  const { stdout } = await show('reconcile')
  check('all is settled', stdout.startsWith('All is settled'))
  const held = (await json('list')).map(({ hash }) => hash).sort()
  const live = (await liveKeys()).map(({ hash }) => hash).sort()
  check(`live keys at OpenRouter: ${live.length}; keys in the vault: ${held.length}; the same ones`, live.join() === held.join())
}

const steps = [beginVault, addAndHandOut, loseAnAnswer, suspendAndResume, removeWithProof, settle]

const cleanUp = async () => {
  for (const child of stage.children) child.kill()
  if (stage.sandbox !== null) await stage.sandbox.close()
  if (stage.folder !== '') await rm(stage.folder, { recursive: true, force: true, maxRetries: 3 })
}

const play = async () => {
  stage.folder = await realpath(await mkdtemp(join(tmpdir(), 'lean-vault-demo-')))
  const started = await startSandbox()()
  if (started._tag === 'Left') throw new Error(started.left.message)
  stage.sandbox = started.right
  tell('Lean Vault on a simulated OpenRouter. No account, no network, no money; every claim below is checked as it is made.')
  for (const step of steps) await step()
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143)))
}

const began = performance.now()
try {
  await play()
} catch (error) {
  stage.failed += 1
  say(wrapped(`NOT SO: the demonstration broke off: ${error instanceof Error ? error.message : String(error)}`, '  '))
} finally {
  await cleanUp()
}
const seconds = ((performance.now() - began) / 1000).toFixed(1)
say(`\n${stage.checked - stage.failed} of ${stage.checked} claims held, in ${seconds} s.${stage.failed === 0 ? '' : ' See NOT SO above.'}`)
process.exitCode = stage.failed === 0 ? 0 : 1
