import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { KeyView, ReconcileReport } from '../../application/reports.js'
import type { Vault } from '../../application/vault.js'
import type { OpenedVault } from '../../application/opened-vault.js'
import { owedOf } from '../../domain/key/view.js'
import { type Finding, ok, problem, unknown, warning } from './doctor-report.js'
import { nobody, textOf } from './examine-place.js'
import { openVault } from './open-vault.js'
import type { VaultOptions } from './options.js'
import type { RequestTrace } from './trace.js'

const many = (count: number, what: string): string => (count === 1 ? `1 ${what}` : `${count} ${what}s`)

const listed = (keys: ReadonlyArray<KeyView>): string => keys.map(({ name }) => name).join(', ')

const isWaiting = ({ pending, plannedFor }: KeyView, now: number): boolean =>
  owedOf(pending).length === 0 && plannedFor !== null && Date.parse(plannedFor) > now

/** What waits for a date that somebody planned is no debt before that date. */
const examineDebts = (vault: Vault, now: number): T.Task<Finding> =>
  pipe(
    vault.list({ all: true }),
    TE.match(
      (error) => problem('unfinished work', textOf(error), 'lean-vault list says more.'),
      (keys) => {
        const pending = keys.filter((key) => key.pending.length > 0)
        const open = pending.filter((key) => !isWaiting(key, now))
        if (open.length > 0) return problem('unfinished work', `Something is half done or owed for ${listed(open)}.`, 'lean-vault reconcile')
        return ok('unfinished work', pending.length === 0 ? 'Nothing is half done or owed.' : `Nothing is half done or owed. Planned for a date, as lean-vault show says: ${listed(pending)}.`)
      },
    ),
  )

const day = 86_400_000

/** A limit that falls to a watcher is enforced by nobody while none is at work; where none does, its silence is worth a word. */
const examineWatcher = (vault: OpenedVault, now: number): T.Task<Finding> =>
  pipe(
    TE.Do,
    TE.bind('keys', () => vault.list()),
    TE.bind('watcher', () => vault.watcher()),
    TE.match(
      (error) => unknown('watcher', `It could not be looked at: ${textOf(error)}`),
      ({ keys, watcher: { isFresh, lastPassAt } }) => {
        const open = keys.filter(({ enforcedBy }) => enforcedBy.daily === 'nobody' || enforcedBy.monthly === 'nobody').map(({ name }) => name)
        const last = lastPassAt === null ? 'No watcher was ever at work.' : `The last pass of a watcher began at ${lastPassAt}.`
        if (open.length > 0) return problem('watcher', `${last} Nobody enforces the daily limit of ${open.join(', ')}.`, 'lean-vault watch, as a service')
        if (isFresh) return ok('watcher', `A watcher is at work. ${last}`)
        return lastPassAt !== null && now - Date.parse(lastPassAt) > day
          ? warning('watcher', `${last} Since then nobody has looked for spent limits, alerts and debts.`, 'lean-vault watch, as a service, or watch --once by cron')
          : ok('watcher', `${last} No limit falls to one.`)
      },
    ),
  )

const putBack = 'lean-vault reconcile puts back what is looser; lean-vault resume <name> takes back a tightening, and lean-vault remove <name> ends a key that was deleted.'

const compared = ({ unheld, drift }: ReconcileReport): ReadonlyArray<Finding> => [
  ok('account', 'OpenRouter answers as the account of this vault.'),
  unheld.length === 0
    ? ok('unheld keys', 'Every key with the mark of this vault is in it.')
    : problem('unheld keys', `${many(unheld.length, 'key')} with the mark of this vault: ${unheld.map(({ hash }) => hash).join(', ')}.`, 'lean-vault reconcile --revoke <hash>, or --adopt <hash>'),
  drift.length === 0
    ? ok('drift', 'OpenRouter holds the keys as they are wanted.')
    : problem('drift', drift.map(({ name, found }) => `${name}: ${found}`).join('; '), putBack),
]

const notCompared = (error: VaultError): Finding => {
  // Everything else is a trouble of the vault or its key, which has a finding of its own.
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- the default says what is common to the rest
  switch (error._tag) {
    case 'RemoteUnavailable':
      return unknown('account', `OpenRouter could not be reached: ${error.message}`, 'Try again when it can be.')
    case 'WrongAccount':
    case 'RemoteRefused':
    case 'NotManagementKey':
      return problem('account', `OpenRouter does not take the management key as one of this account: ${textOf(error)}`, 'lean-vault credentials set')
    case 'HostNotPinned':
      return problem('account', `The vault belongs to ${error.pinned}, and ${error.given} is set.`, 'Take OPENROUTER_BASE_URL or baseUrl back.')
    case 'PassphraseNeeded':
      return unknown('account', 'OpenRouter was not asked: the passphrase was not given.', 'Set LEAN_VAULT_PASSPHRASE.')
    default:
      return unknown('account', `OpenRouter was not asked: ${textOf(error)}`)
  }
}

const mostSkew = 60_000

/** A clock that is off puts claims, expiries and windows in the wrong place. */
const examineClock = (skews: ReadonlyArray<number>): Finding => {
  const skew = skews[skews.length - 1]
  if (skew === undefined) return unknown('clock', 'No answer of OpenRouter told the time.')
  const seconds = `This clock and that of OpenRouter are ${Math.round(Math.abs(skew) / 1000)} s apart.`
  return Math.abs(skew) > mostSkew ? problem('clock', seconds, 'Set this clock by a time server.') : ok('clock', seconds)
}

const use = (vault: OpenedVault, skews: ReadonlyArray<number>, now: number): T.Task<ReadonlyArray<Finding>> => async () => {
  const debts = await examineDebts(vault, now)()
  const watcher = await examineWatcher(vault, now)()
  const remote = await pipe(
    vault.reconcile({ dryRun: true }),
    TE.match((error) => [notCompared(error)], compared),
  )()
  await vault.close()()
  return [debts, watcher, ...remote, examineClock(skews)]
}

/** What a vault owes, and whether OpenRouter holds what it should. Reads and sends nothing but reads. */
export const examineAccount = (options: VaultOptions): T.Task<ReadonlyArray<Finding>> => {
  const skews: Array<number> = []
  const now = (): number => options.overrides?.clock?.now() ?? Date.now()
  const trace = (request: RequestTrace): void => {
    options.trace?.(request)
    const told = request.serverDate === null ? Number.NaN : Date.parse(request.serverDate)
    if (!Number.isNaN(told)) skews.push(told - now())
  }
  return pipe(
    openVault({ ...options, passphrase: nobody, trace }),
    TE.matchE(
      (error) => T.of<ReadonlyArray<Finding>>([notCompared(error)]),
      (vault) => use(vault, skews, now()),
    ),
  )
}
