import { isRight } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { Alerts } from '../../application/alerts/alerts.js'
import type { LogAudit } from '../../application/ports/log-audit.js'
import type { Vault } from '../../application/vault.js'
import type { OpenedVault } from '../../application/opened-vault.js'
import type { AuditOptions } from './audit-vault.js'
import { auditVault, initVault } from './doors.js'
import type { InitReport } from './init-vault.js'
import { openVault } from './open-vault.js'
import type { InitOptions, VaultOptions } from './options.js'

/** What a Promise of this library rejects with: an Error that carries the `VaultError` as data in `error`. */
export interface VaultFailure extends Error {
  readonly name: 'VaultFailure'
  readonly error: VaultError
}

/** The `Vault` with Promises for TaskEithers: the same functions, each rejecting with a `VaultFailure`. */
export type PromisedVault = Promised<Vault> &
  Promised<Pick<OpenedVault, 'rotateDue' | 'watchOnce' | 'watcher'>> &
  Pick<OpenedVault, 'watch'> & { readonly alerts: PromisedAlerts }

/** The `Alerts` with Promises for TaskEithers. */
export type PromisedAlerts = Promised<Omit<Alerts, 'subscribe'>> & Pick<Alerts, 'subscribe'>

type Promised<Functions> = {
  readonly [F in keyof Functions]: Functions[F] extends (...given: infer Given) => TaskEither<VaultError, infer Answer>
    ? (...given: Given) => Promise<Answer>
    : never
}

const detailsOf = (error: VaultError): string =>
  Object.entries(error)
    .filter(([field, value]) => field !== '_tag' && (typeof value === 'string' || typeof value === 'number'))
    .map(([field, value]) => `${field}: ${String(value)}`)
    .join(', ')

const failureOf = (error: VaultError): VaultFailure => {
  const details = detailsOf(error)
  const message = details === '' ? error._tag : `${error._tag} (${details})`
  return Object.assign(new Error(message), { name: 'VaultFailure' as const, error })
}

/** Whether something caught is an error of this library, whose `error` says what happened. */
export const isVaultFailure = (caught: unknown): caught is VaultFailure =>
  caught instanceof Error && caught.name === 'VaultFailure' && 'error' in caught

const settle = async <A>(task: TaskEither<VaultError, A>): Promise<A> => {
  const result = await task()
  return isRight(result) ? result.right : await Promise.reject(failureOf(result.left))
}

const promisedAlerts = (alerts: Alerts): PromisedAlerts => ({
  list: (query) => settle(alerts.list(query)),
  show: (id) => settle(alerts.show(id)),
  acknowledge: (id, note) => settle(alerts.acknowledge(id, note)),
  mute: (options) => settle(alerts.mute(options)),
  unmute: (options) => settle(alerts.unmute(options)),
  replay: (id) => settle(alerts.replay(id)),
  rules: () => settle(alerts.rules()),
  sending: () => settle(alerts.sending()),
  channels: () => settle(alerts.channels()),
  addChannel: (name, channel) => settle(alerts.addChannel(name, channel)),
  rotateCredential: (name, credential) => settle(alerts.rotateCredential(name, credential)),
  removeChannel: (name) => settle(alerts.removeChannel(name)),
  test: (name) => settle(alerts.test(name)),
  evaluate: (facts) => settle(alerts.evaluate(facts)),
  review: () => settle(alerts.review()),
  tellDamage: (damage) => settle(alerts.tellDamage(damage)),
  deliver: () => settle(alerts.deliver()),
  subscribe: alerts.subscribe,
})

/** A vault for code that uses Promises. */
export const promised = (vault: OpenedVault): PromisedVault => ({
  alerts: promisedAlerts(vault.alerts),
  add: (name, options) => settle(vault.add(name, options)),
  get: (name) => settle(vault.get(name)),
  getPrevious: (name) => settle(vault.getPrevious(name)),
  list: (options) => settle(vault.list(options)),
  show: (name) => settle(vault.show(name)),
  setSpendLimits: (name, limits) => settle(vault.setSpendLimits(name, limits)),
  updateSpendLimits: (name, patch) => settle(vault.updateSpendLimits(name, patch)),
  changeTags: (name, patch) => settle(vault.changeTags(name, patch)),
  suspend: (name, note) => settle(vault.suspend(name, note)),
  resume: (name) => settle(vault.resume(name)),
  panic: (scope) => settle(vault.panic(scope)),
  planRemoval: (name, options) => settle(vault.planRemoval(name, options)),
  remove: (name, options) => settle(vault.remove(name, options)),
  planRotation: (name, options) => settle(vault.planRotation(name, options)),
  rotate: (name, options) => settle(vault.rotate(name, options)),
  planKeys: (declared, options) => settle(vault.planKeys(declared, options)),
  applyKeys: (declared, options) => settle(vault.applyKeys(declared, options)),
  reconcile: (options) => settle(vault.reconcile(options)),
  importKey: (name, secret) => settle(vault.importKey(name, secret)),
  importVault: (foreign) => settle(vault.importVault(foreign)),
  exportVault: (options) => settle(vault.exportVault(options)),
  getCurrentUsage: (name, options) => settle(vault.getCurrentUsage(name, options)),
  usageHistory: (name, since) => settle(vault.usageHistory(name, since)),
  usage: (options) => settle(vault.usage(options)),
  recordUsage: (name, cost, generationId) => settle(vault.recordUsage(name, cost, generationId)),
  history: (options) => settle(vault.history(options)),
  checkCredential: () => settle(vault.checkCredential()),
  changeCredential: (managementKey) => settle(vault.changeCredential(managementKey)),
  rotateDue: (options) => settle(vault.rotateDue(options)),
  watcher: () => settle(vault.watcher()),
  watchOnce: (options) => settle(vault.watchOnce(options)),
  watch: vault.watch,
  close: () => settle(vault.close()),
})

/** The doors of the library for code that uses Promises. */
export const promises = {
  openVault: async (options: VaultOptions = {}): Promise<PromisedVault> => promised(await settle(openVault(options))),
  initVault: (options: InitOptions): Promise<InitReport> => settle(initVault(options)),
  auditVault: (options: AuditOptions = {}): Promise<LogAudit> => settle(auditVault(options)),
} as const
