import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AlertDeps } from '../../application/alerts/alert-deps.js'
import { deliverAlerts } from '../../application/alerts/deliver-alerts.js'
import { fulfilBy } from '../../application/alerts/fulfil-by.js'
import { makeAlerts, reviewLog } from '../../application/alerts/make-alerts.js'
import type { LocalDeps } from '../../application/deps.js'
import type { VaultError } from '../../application/errors.js'
import type { OpenChannel } from '../../application/ports/alert-channel.js'
import type { Remote } from '../../application/make-vault.js'
import type { ReconcileReport } from '../../application/reports.js'
import type { Vault } from '../../application/vault.js'
import type { OpenedVault } from '../../application/opened-vault.js'
import { accountFactsOf } from '../../domain/alerts/account-facts-of.js'
import type { AccountFacts } from '../../domain/alerts/facts.js'
import type { ChannelName, KeyHash } from '../../domain/shared/identifiers.js'
import { alertPolicyOf, type Environment } from '../config/index.js'
import { systemDigest } from '../system/system-digest.js'
import { channelWay } from './channel-way.js'
import type { Surroundings } from './load-settings.js'
import type { AlertOptions } from './options.js'

const channelTimeout = 10_000

type Channels = typeof import('../alert-channels/index.js')

/** The code of the channels is loaded when the first message is sent, or the first one is registered. */
const loadChannels = (): Promise<Channels> => import('../alert-channels/index.js')

const opener =
  (env: Environment): OpenChannel =>
  (channel, credential) =>
    pipe(
      TE.fromTask(loadChannels),
      TE.flatMap(({ channelOpener }) =>
        pipe(
          channelWay(env),
          TE.flatMap((way) => channelOpener({ env, platform: process.platform, timeout: channelTimeout, way })(channel, credential)),
        ),
      ),
    )

/** What alerts are made of, beside the vault's own parts. */
export const alertDeps = (
  local: LocalDeps,
  remote: Remote,
  { env, alerts, configFile }: Surroundings,
  options: AlertOptions,
): AlertDeps => ({
  ...local,
  digest: systemDigest,
  openChannel: opener(env),
  policy: options.policy ?? alertPolicyOf(alerts),
  policySource:
    options.policy === undefined
      ? { _tag: 'File', places: alerts.map(({ path, line }) => ({ path, place: `${configFile}:${line}` })) }
      : { _tag: 'Program' },
  fulfil: fulfilBy(remote),
  ownRules: options.rules ?? [],
  ownChannels: Object.entries(options.channels ?? {}).map(([name, deliver]) => ({
    // The name is a program's own and never typed in by people, so it is not checked like theirs.
    channel: { name: name as ChannelName, kind: 'command', address: 'this program', since: local.clock.now(), credential: 0 },
    deliver,
  })),
})

const foundBy = (report: ReconcileReport | null): AccountFacts | null =>
  report === null
    ? null
    : // A sweep's own hashes: they were checked when they were read.
      accountFactsOf({ unheld: report.unheld.map(({ hash, remoteName }) => ({ hash: hash as KeyHash, remoteName })) })

/** Whatever comes of a reconcile, people are told; whatever comes of the telling, the reconcile's result stands. */
const telling = (deps: AlertDeps, report: ReconcileReport | null): T.Task<void> =>
  pipe(
    reviewLog(deps, foundBy(report)),
    TE.flatMap(() => deliverAlerts(deps)),
    TE.match(
      () => undefined,
      () => undefined,
    ),
  )

/** The vault with its alerts. A reconcile raises what it found and delivers what is due. */
export const withAlerts = (vault: Vault, deps: AlertDeps): Vault & Pick<OpenedVault, 'alerts'> => ({
  ...vault,
  reconcile: (options) => {
    const done: TE.TaskEither<VaultError, ReconcileReport> = vault.reconcile(options)
    return options?.dryRun === true
      ? done
      : pipe(
          done,
          T.flatMap((result) => T.map(() => result)(telling(deps, isRight(result) ? result.right : null))),
        )
  },
  alerts: makeAlerts(deps, {
    register: (channel) =>
      pipe(
        TE.fromTask<Channels, VaultError>(loadChannels),
        TE.flatMapEither(({ registerChannel }) => registerChannel(channel)),
      ),
    rotated: (old, key) =>
      pipe(
        TE.fromTask<Channels, VaultError>(loadChannels),
        TE.flatMapEither(({ withNewSigningKey }) => withNewSigningKey(old, key)),
      ),
  }),
})
