import type { Names } from '../../application/known-options.js'
import type { SandboxOptions } from '../sandbox/start-sandbox.js'
import type { InitOptions, Overrides, VaultOptions } from './options.js'

/** The names of what `openVault` and its siblings take. */
export const vaultOptionNames: Names<VaultOptions> = {
  home: true,
  profile: true,
  baseUrl: true,
  masterKeyFile: true,
  headFile: true,
  httpTimeoutMs: true,
  retryBudgetMs: true,
  settleMs: true,
  env: true,
  workingFolder: true,
  userFolder: true,
  stop: true,
  passphrase: true,
  identityFile: true,
  trace: true,
  overrides: true,
  alerts: true,
}

/** The names of what `initVault` takes; `findVault`, which is asked first, may be given the same. */
export const initOptionNames: Names<InitOptions> = {
  ...vaultOptionNames,
  managementKey: true,
  forceNew: true,
  leaveKeysAlive: true,
  keyBesideData: true,
  keySource: true,
}

export const overrideNames: Names<Overrides> = {
  clock: true,
  random: true,
  process: true,
  timing: true,
  protocol: true,
  keyEvents: true,
  vaultEvents: true,
  alertEvents: true,
  spendEvents: true,
  store: true,
  sealer: true,
  connector: true,
  transport: true,
  keychain: true,
}

export const sandboxOptionNames: Names<SandboxOptions> = {
  port: true,
  faultSpec: true,
  managementKey: true,
  seed: true,
  workspaces: true,
  settings: true,
  onRequest: true,
  now: true,
  fraction: true,
}
