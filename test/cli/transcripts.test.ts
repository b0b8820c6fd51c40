import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import { editKey } from '../../src/adapters/simulated-openrouter/dashboard.js'
import { spendOnKey } from '../../src/adapters/simulated-openrouter/world.js'
import type { Picodollars } from '../../src/domain/shared/picodollars.js'
import { type Bench, type BenchOptions, makeBench } from './bench.js'
import { expectGolden, makeTranscript, type Transcript } from './transcript.js'

type Scenario = (sh: Transcript['type'], bench: Bench) => Promise<void>

let bench: Bench | null = null
afterEach(() => bench?.dispose())

const withKey = (own: Bench) => ({ env: { LEAN_VAULT_MANAGEMENT_KEY: own.managementKey } })

const scenario = (name: string, play: Scenario, options: BenchOptions = {}): void => {
  it(name, async () => {
    bench = makeBench(options)
    const transcript = makeTranscript(bench)
    await play(transcript.type, bench)
    expectGolden(name, transcript.text())
  })
}

/** With a vault that holds one key. */
const began = (name: string, play: Scenario, options: BenchOptions = {}): void =>
  scenario(
    name,
    async (sh, own) => {
      await own.run(['init'], withKey(own))
      await own.run(['add', 'my-key', '--monthly-limit', '100', '--tag', 'team=web'])
      await play(sh, own)
    },
    options,
  )

const onlyKey = (own: Bench): string => [...own.world.account.keys.keys()][0] ?? ''

describe('transcripts', () => {
  scenario('init', async (sh, own) => {
    await sh('init')
    await sh('init --json')
    await sh('init', { columns: 80, answers: [null] })
    await sh('init', { columns: 80, answers: ['not a key at all'] })
    await sh('init', { stdin: 'sk-or-v1-wrong-one\n' })
    await sh('init', { ...withKey(own), faults: '*:lost-before', env: { ...withKey(own).env, LEAN_VAULT_RETRY_BUDGET_MS: '0' } })
    await sh('list')
    await sh('init', { stdin: `${own.managementKey}\n` })
    await sh('init')
    await sh('init --force-new --json', withKey(own))
    await sh('add held')
    await sh('init --force-new', withKey(own))
  })

  began('watch', async (sh, own) => {
    await sh('add daily --monthly-limit 5 --daily-limit 1')
    await sh('watch --once')
    const key = [...own.world.account.keys.values()].find(({ name }) => name.startsWith('daily'))
    spendOnKey(own.world, own.now(), key?.hash ?? '', { credits: 1_200_000_000_000n as Picodollars, byok: 0n as Picodollars })
    await sh('watch --once --json')
    await sh('list')
    await sh('remove daily --yes', { faults: 'DELETE /keys/*:5xx-before(503)', env: { LEAN_VAULT_RETRY_BUDGET_MS: '0' } })
    await sh('watch --once')
    await sh('watch --once', { faults: '*:lost-before', env: { LEAN_VAULT_RETRY_BUDGET_MS: '0' } })
    await sh('watch --once --interval 1s')
    await sh('watch --once --metrics 9464')
    await sh('watch --metrics none')
    await sh('watch --heartbeat-url http://example.com')
  }, { settings: { refuseGuardrails: true } })

  scenario('init-key-beside-data', async (sh, own) => {
    await sh('init --key-beside-data', { columns: 80, answers: [own.managementKey] })
    await sh('config')
    await sh('add k')
    await sh('get k')
    await sh('init --key-beside-data', { env: { LEAN_VAULT_MASTER_KEY_FILE: 'elsewhere' } })
  })

  began('add', async (sh) => {
    await sh('add ci-bot --monthly-limit 12.50 --expires 90d --tag team=web --tag tier=low')
    await sh('add capped --monthly-limit 5', { columns: 80 })
    await sh('add uncapped', { columns: 80 })
    await sh('add uncapped-in-a-pipe')
    await sh('add my-key')
    await sh('add my-key --json')
    await sh('add my-key --if-missing')
    await sh('add my-key --if-missing --json')
    await sh('add other --workspace nowhere')
    await sh('add refused --monthly-limit 5', { faults: 'POST /keys:refuse(403)' })
    await sh('add refused --monthly-limit 5 --json', { faults: 'POST /keys:refuse(402)' })
    await sh('add unreachable', { faults: '*:refused-connection' })
    await sh('add lost --json', { faults: 'POST /keys:lost-after@1' })
    await sh('add unsettled', { faults: 'POST /keys:lost-after, GET /*:lost-before, GET /keys/*:lost-before' })
    await sh('get unsettled')
    await sh('add unsettled')
    await sh('reconcile')
    await sh('get unsettled')
  })

  began('get', async (sh) => {
    await sh('get my-key')
    await sh('get my-key --json')
    await sh('get missing')
    await sh('get missing --json')
    await sh('get "bad name"')
    await sh('suspend my-key --quiet')
    await sh('get my-key')
    await sh('get my-key --json --quiet')
    await sh('remove my-key --yes')
    await sh('get my-key')
  })

  began('list-and-show', async (sh) => {
    await sh('add a-key-with-a-rather-long-name --tag team=platform --tag purpose=nightly-evaluations --expires 30d')
    await sh('list')
    await sh('list', { columns: 80 })
    await sh('list --tag team=web --json')
    await sh('list --state suspended')
    await sh('list --state nonsense')
    await sh('list --tag nonsense')
    await sh('show my-key')
    await sh('show my-key --json')
    await sh('show missing')
    await sh('remove my-key --yes')
    await sh('list')
    await sh('list --all')
  })

  began('suspend-and-resume', async (sh) => {
    await sh('suspend my-key --reason "laptop lost"', { columns: 80 })
    await sh('suspend my-key')
    await sh('resume my-key --json')
    await sh('resume my-key')
    await sh('suspend missing')
    await sh('suspend my-key', { faults: 'PATCH /keys/*:refuse(403)' })
    await sh('suspend my-key --json', { faults: 'PATCH /keys/*:lost-after, GET /keys/*:lost-before' })
    await sh('reconcile')
    await sh('suspend my-key --reason sk-or-v1-0123456789abcdef')
  })

  began('get-usage', async (sh) => {
    await sh('get-usage my-key')
    await sh('get-usage my-key --json')
    await sh('get-usage', { columns: 100 })
    await sh('usage --cached --json')
    await sh('get-usage --check')
    await sh('get-usage missing')
    await sh('get-usage my-key', { faults: 'GET /keys/*:refuse(403)' })
    await sh('list')
  })

  began('panic', async (sh) => {
    await sh('add other --tag team=ops', {})
    await sh('panic')
    await sh('panic --all --tag team=web')
    await sh('panic --all')
    await sh('panic --all', { columns: 80, answers: [false] })
    await sh('panic --tag team=nobody --yes')
    await sh('panic --tag team=web --yes', { columns: 80 })
    await sh('show my-key --json')
    await sh('resume my-key')
    await sh('panic --all --yes', { faults: 'PATCH /keys/*:refuse(403)' })
    await sh('panic --all --yes --json')
  })

  began('alerts', async (sh, own) => {
    const seal = { env: { LEAN_VAULT_CHANNEL_SECRET: `whsec_${'A'.repeat(32)}` } }
    await sh('alerts list')
    await sh('alerts rules set forecast off')
    await sh('alerts rules set spike contain --key my-key')
    await sh('alerts rules set debt contain')
    await sh('alerts rules set tresholds 80 --json')
    await sh('alerts rules list', { columns: 140 })
    await sh('alerts channels', { columns: 80 })
    await sh('alerts add-channel')
    await sh('alerts add-channel ops')
    await sh('alerts add-channel ops --webhook http://hooks.example/x', seal)
    await sh('alerts add-channel ops --webhook https://hooks.example/x --slack', seal)
    await sh('alerts add-channel ops --webhook https://hooks.example/x', { stdin: 'short' })
    await sh('alerts add-channel never --command /no/such/program')
    await sh('alerts add-channel never --stderr')
    await sh('alerts channels --json')
    await sh('alerts test never')
    await sh('alerts test nobody')
    await sh('alerts rotate-key never', seal)
    await sh('suspend my-key --quiet')
    await sh('reconcile')
    await sh('reconcile')
    await sh('alerts list')
    await sh('alerts list --json')
    await sh('alerts ack zzzzzz')
    await sh('alerts mute --key my-key --rule lifted --for 8h', { columns: 80 })
    await sh('alerts mute --for never')
    await sh('alerts unmute --key my-key --rule lifted --json')
    await sh('alerts rules')
    await sh('alerts replay --json')
    await sh('alerts remove-channel never')
    await sh('resume my-key --quiet')
    own.advance(1000)
    await sh('reconcile --quiet')
    await sh('alerts list')
    await sh('history --json --since 1m')
  })

  began('export-and-import', async (sh, own) => {
    const file = `${own.folder}/keys.yaml`
    await sh('export')
    await sh('export --yaml --dotenv')
    await sh('export --yaml --json')
    await sh('export --yaml --with-secrets')
    await sh('export --yaml --with-secrets', { columns: 80, answers: [false] })
    await sh('export --yaml --with-secrets', { columns: 80, answers: [true] })
    await sh('export --dotenv --with-secrets --yes')
    await sh('export --json --with-secrets --yes')
    await sh('import')
    await sh('import --yaml a --dotenv b')
    await sh('import --yaml /no/such/file')
    writeFileSync(file, 'a:\n  value: 5\nb: []\n')
    await sh(`import --yaml ${file}`)
    writeFileSync(file, `my-key:\n  value: null\n  id: "${onlyKey(own)}"\n  limits: {monthly_spend: 50}\n`)
    await sh(`import --yaml ${file}`)
    await sh(`import --yaml ${file} --json`)
    writeFileSync(file, 'a: [')
    await sh(`import --dotenv ${file}`)
    await sh(`import --yaml ${file} --json`)
  })

  began('remove', async (sh) => {
    await sh('remove missing')
    await sh('remove my-key')
    await sh('remove my-key --json')
    await sh('remove my-key --no-input', { columns: 80 })
    await sh('remove my-key', { columns: 80, env: { CI: 'true' } })
    await sh('remove my-key', { columns: 80, answers: [false] })
    await sh('remove my-key', { columns: 80, answers: [null] })
    await sh('remove my-key --dry-run')
    await sh('remove my-key --dry-run --json')
    await sh('remove my-key --leaked --local-only')
    await sh('remove my-key', { columns: 80, answers: [true] })
    await sh('remove my-key --yes')
  })

  began('remove-in-trouble', async (sh) => {
    await sh('remove my-key --yes', { faults: '*:refused-connection' })
    await sh('remove my-key --yes', { faults: 'PATCH /keys/*:refuse(403)' })
    await sh('history my-key')
    await sh('remove my-key --yes --json', { faults: 'DELETE /keys/*:5xx-before(503)' })
    await sh('get my-key')
    await sh('add my-key')
    await sh('list')
    await sh('reconcile --dry-run')
    await sh('reconcile --json')
    await sh('add my-key --monthly-limit 1')
    await sh('remove my-key --force', { faults: '*:lost-before' })
    await sh('add my-key')
    await sh('reconcile')
    await sh('add my-key')
    await sh('remove my-key --local-only --yes')
    await sh('add my-key')
    await sh('remove my-key --leaked --yes', { faults: 'DELETE /keys/*:refuse(403)' })
    await sh('reconcile', { columns: 80 })
  })

  began('already-gone', async (sh, own) => {
    changeAccount(own.world, own.now(), (account) => editKey(account, onlyKey(own), { _tag: 'Delete' }, own.now()))
    await sh('suspend my-key')
    await sh('reconcile')
    await sh('remove my-key --yes')
  })

  began('reconcile', async (sh, own) => {
    await sh('reconcile')
    changeAccount(own.world, own.now(), (account) =>
      editKey(account, onlyKey(own), { _tag: 'SetDisabled', disabled: true }, own.now()),
    )
    await sh('reconcile --dry-run')
    await sh('reconcile')
    await sh('reconcile --json')
    await sh('reconcile --revoke abc')
    await sh(`reconcile --revoke ${'0'.repeat(64)}`)
    await sh(`reconcile --revoke ${'0'.repeat(64)} --dry-run`)
    await sh('reconcile', { faults: '*:5xx-before(500)' })
  })

  began('history', async (sh) => {
    await sh('history')
    await sh('history my-key --json')
    await sh('history --since 1m --json')
    await sh('history --since yesterday')
    await sh('history missing')
  })

  began('exec', async (sh) => {
    await sh('exec my-key -- node agent.js --json')
    await sh('exec my-key -- node agent.js', { ended: { _tag: 'Exited', code: 3 } })
    await sh('exec my-key -- node agent.js', { ended: { _tag: 'Killed', signal: 'SIGTERM' } })
    await sh('exec my-key -- nonsense', { ended: { _tag: 'NotFound' } })
    await sh('exec my-key -- /etc/passwd', { ended: { _tag: 'NotExecutable', reason: 'EACCES' } })
    await sh('exec missing -- true')
    await sh('exec missing --json -- true')
    await sh('exec my-key')
    await sh('exec my-key --nonsense -- true')
    await sh('exec my-key --env not-a-name -- true')
    await sh('exec my-key --env LEAN_VAULT_HOME -- true')
    await sh('suspend my-key --quiet')
    await sh('exec my-key -- true')
  })

  began('exec-env-file', async (sh, own) => {
    writeFileSync(join(own.folder, '.env'), 'MODE=plain\nOPENROUTER_API_KEY=lv://my-key\n')
    writeFileSync(join(own.folder, 'typo.env'), '# ours\nKEY=lv:/my-key\n')
    writeFileSync(join(own.folder, 'broken.env'), '\nnot a line\n')
    writeFileSync(join(own.folder, 'plain.env'), 'MODE=plain\n')
    await sh('exec --env-file .env -- npm start')
    await sh('exec --env-file .env npm start')
    await sh('exec --env-file missing.env -- npm start')
    await sh('exec --env-file typo.env -- npm start')
    await sh('exec --env-file broken.env -- npm start')
    await sh('exec --env-file plain.env -- npm start')
    await sh('exec --env A=lv://missing -- npm start')
    await sh('exec --env A=plain -- npm start')
    await sh('exec --env A --env B=lv://my-key -- npm start')
  })

  began('get-clip', async (sh) => {
    await sh('get my-key --clip', { columns: 80, clipboard: { _tag: 'Copied', program: 'xclip', clears: true } })
    await sh('get my-key --clip --json --clear-after 10', { clipboard: { _tag: 'Copied', program: 'clip.exe', clears: false } })
    await sh('get my-key --clip', { clipboard: { _tag: 'Copied', program: 'clip.exe', clears: false } })
    await sh('get my-key --clip')
    await sh('get my-key --clip', { clipboard: { _tag: 'ClipboardFailed', program: 'xclip' } })
    await sh('get my-key --clip --clear-after soon')
    await sh('get missing --clip')
  })

  scenario('open', async (sh, own) => {
    const real = { env: { ...withKey(own).env, OPENROUTER_BASE_URL: 'https://openrouter.ai/api/v1' } }
    await sh('init --quiet', real)
    await sh('add my-key --monthly-limit 5', real)
    await sh('open my-key', real)
    await sh('open my-key --json', real)
    await sh('open my-key', { ...real, columns: 100 })
    await sh('open my-key', { ...real, columns: 100, browser: false })
    await sh('open missing', real)
    await sh('remove my-key --yes', real)
    await sh('open my-key', real)
    expect(own.opened).toHaveLength(2)
  })

  began('open-elsewhere', async (sh) => {
    await sh('open my-key')
  })

  began('credentials', async (sh, own) => {
    await sh('credentials check')
    await sh('credentials check --json')
    await sh('credentials check', { faults: 'GET /key:refuse(401)' })
    await sh('credentials set')
    await sh('credentials set', { stdin: 'sk-or-v1-of-nobody' })
    await sh('credentials set --json', withKey(own))
    await sh('credentials')
    await sh('credentials --json')
  })

  began('config', async (sh) => {
    await sh('config')
    await sh('config --json', { env: { LEAN_VAULT_HTTP_TIMEOUT_MS: '5000', HTTPS_PROXY: 'http://user:password@proxy.test:3128' } })
    await sh('config set settleMs 2000')
    await sh('config set httpTimeoutMs 7000', { env: { LEAN_VAULT_HTTP_TIMEOUT_MS: '5000' } })
    await sh('config')
    await sh('config set settleMs soon')
    await sh('config set setleMs 5')
    await sh('config set baseUrl https://elsewhere.test/api/v1')
    await sh('list', { env: { LEAN_VAULT_SETTLE_MS: '-1' } })
    await sh('add k', { env: { OPENROUTER_BASE_URL: 'https://elsewhere.test/api/v1' } })
    await sh('get my-key', { env: { OPENROUTER_BASE_URL: 'https://elsewhere.test/api/v1' } })
  })

  began('stopping', async (sh) => {
    await sh('add second --monthly-limit 5', { stop: { after: 0, by: 'SIGINT' } })
    await sh('list')
    await sh('remove my-key --yes --json', { stop: { after: 2, by: 'SIGTERM' } })
    await sh('reconcile')
    await sh('list --all')
  })

  scenario('usage', async (sh) => {
    await sh('')
    await sh('--json')
    await sh('lst')
    await sh('lst --json')
    await sh('list --al')
    await sh('get')
    await sh('get one two')
    await sh('rotate my-key')
    await sh('version')
    await sh('version --json')
    await sh('--version')
    await sh('list')
    await sh('list --json')
    await sh('list --home "" ')
    await sh('completion tcsh')
    await sh('get sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef')
    await sh('sk-or-v1-0123456789abcdef')
  })

  scenario('help', async (sh) => {
    await sh('--help')
    for (const command of ['init', 'add', 'get', 'exec', 'list', 'show', 'suspend', 'resume', 'panic', 'remove', 'reconcile'])
      await sh(`${command} --help`, { columns: 100 })
    for (const command of ['history', 'credentials', 'credentials set', 'config', 'config set', 'sandbox', 'completion', 'version'])
      await sh(`${command} --help`, { columns: 100 })
    await sh('help add')
  })
})
