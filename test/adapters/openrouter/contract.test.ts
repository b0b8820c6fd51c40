import { makeOpenRouterClient } from '../../../src/adapters/openrouter/client.js'
import { parseBaseUrl } from '../../../src/adapters/openrouter/base-url.js'
import { makeUndiciTransport } from '../../../src/adapters/openrouter/undici-transport.js'
import { startSandbox } from '../../../src/adapters/sandbox/start-sandbox.js'
import type { Settings } from '../../../src/adapters/simulated-openrouter/account.js'
import { createAccount, mintManagementKey } from '../../../src/adapters/simulated-openrouter/create-account.js'
import { simulatedTransport } from '../../../src/adapters/simulated-openrouter/simulated-transport.js'
import { createWorld, spendOnKey, type World } from '../../../src/adapters/simulated-openrouter/world.js'
import type { HttpTransport } from '../../../src/application/ports/http.js'
import { type Secret, secret } from '../../../src/application/secret.js'
import type { WorkspaceId } from '../../../src/domain/shared/identifiers.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { zero } from '../../../src/domain/shared/picodollars.js'
import { openRouterClientSuite } from '../../../src/testing/open-router-client-suite.js'
import type { OpenRouterClientSubject } from '../../../src/testing/open-router-subject.js'
import { runSuite } from '../../support/run-suite.js'
import { ok, sha256, space } from './fakes.js'

interface Backend {
  readonly transport: HttpTransport
  readonly world: World
  readonly managementKey: string
  readonly now: () => number
  readonly dispose: () => Promise<void>
}

const subjectOf = ({ transport, world, managementKey, now, dispose }: Backend): OpenRouterClientSubject => {
  const as = (credential: Secret) => makeOpenRouterClient({ transport, managementKey: credential })
  const [first, second, ...more] = world.account.workspaces.map(({ id }): WorkspaceId => space(id))
  if (first === undefined || second === undefined) throw new Error('two workspaces are needed')
  return {
    client: as(secret(managementKey)),
    as,
    workspaces: [first, second, ...more],
    spend: async (hash, cost) => {
      if (!spendOnKey(world, now(), hash, { credits: cost, byok: zero })) throw new Error('the key cannot spend')
    },
    dispose,
  }
}

const now = () => Date.parse('2026-08-19T10:00:00Z')

const simulated = (settings: Partial<Settings>) => async (): Promise<OpenRouterClientSubject> => {
  const empty = createAccount(sha256, { seed: 'contract', at: now(), workspaces: ['staging'], settings })
  const { account, secret: managementKey } = mintManagementKey(sha256, empty)
  const world = createWorld(sha256, account)
  const transport = simulatedTransport({ world, now, delay: async () => undefined })
  return subjectOf({ transport, world, managementKey, now, dispose: async () => undefined })
}

const served = async (): Promise<OpenRouterClientSubject> => {
  const sandbox = ok(await startSandbox({ workspaces: ['staging'], now })())
  const { transport, close } = makeUndiciTransport({
    baseUrl: ok(parseBaseUrl(sandbox.url)),
    timeout: 5000 as Millis,
    proxy: null,
    ca: null,
    userAgent: 'lean-vault/test',
  })
  const { world, managementKey } = sandbox
  const dispose = async () => {
    await close()
    await sandbox.close()
  }
  return subjectOf({ transport, world, managementKey, now, dispose })
}

runSuite('the simulated OpenRouter, in process', openRouterClientSuite(simulated({})))
runSuite('the simulated OpenRouter with pages of 7', openRouterClientSuite(simulated({ pageSize: 7 })))
runSuite('undici against the sandbox', openRouterClientSuite(served))
