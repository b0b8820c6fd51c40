import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { parseMarker } from '../../domain/shared/marker.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ReconciledKey, ReconcileReport } from '../reports.js'
import { loadVault } from '../vault-store.js'

const owed = ({ hash, remoteName }: ReconcileReport['unheld'][number]): ReconciledKey => ({
  name: parseMarker(remoteName)?.name ?? remoteName,
  state: 'free',
  pending: ['revocation'],
  reason: `it lives at OpenRouter and not in this vault, which was restored: revoke it with --revoke ${hash}, or take it in with --adopt ${hash}`,
})

/**
 * A vault that was restored owes a decision on each key that bears its mark and is not in its log: it was made after the
 * backup, and nobody looks after it any more. In a vault that never was, such a key is told and no more.
 */
export const owedSinceRestore = (
  deps: Pick<LocalDeps, 'log' | 'vaultEvents'>,
  report: ReconcileReport,
): TE.TaskEither<VaultError, ReconcileReport> =>
  pipe(
    loadVault(deps),
    TE.map(({ state }) =>
      state.epoch === 1 ? report : { ...report, outstanding: [...report.outstanding, ...report.unheld.map(owed)] },
    ),
  )
