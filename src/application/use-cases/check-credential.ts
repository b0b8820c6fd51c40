import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { isOutdated, sameAccount, vaultDecider } from '../../domain/vault/vault.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { readPin } from '../pin.js'
import type { CredentialReport } from '../reports.js'
import { loadVault, vaultStream } from '../vault-store.js'
import { asError, seesOneOf, someHeldHashes } from './credentials.js'

/** Where the pin names no workspace, only a held key tells that this is the account whose workspaces are listed. */
const seesHeldKey = (deps: Deps): TE.TaskEither<VaultError, boolean> =>
  deps.pin.workspaces.length > 0
    ? TE.right(false)
    : pipe(
        someHeldHashes(deps),
        TE.flatMap((hashes) => seesOneOf(deps.client, hashes)),
      )

/** Pins the account by the workspaces that it has now, so that it is still known when all of the earlier ones are gone. */
const repinned = (deps: Deps, found: Deps['pin']): TE.TaskEither<VaultError, boolean> => {
  if (!isOutdated(deps.pin, found)) return TE.right(false)
  return pipe(
    TE.Do,
    TE.bind('sawHeldKey', () => seesHeldKey(deps)),
    TE.bind('loaded', () => loadVault(deps)),
    TE.flatMap(({ sawHeldKey, loaded: { state, version } }) => {
      const decision = vaultDecider.decide({ _tag: 'Repin', pin: found, sawHeldKey, at: deps.clock.now() }, state)
      if (isLeft(decision)) return TE.right(false)
      return pipe(
        deps.log.commit({
          appends: [{ stream: vaultStream, expectedVersion: version, records: RNEA.map(deps.vaultEvents.encode)(decision.right) }],
          seal: [],
        }),
        TE.map(() => true),
        // Whoever was first knows as much, or the next check says it again.
        TE.orElse((error) => (error._tag === 'LogUnavailable' ? TE.left(unavailable(error)) : TE.right(false))),
      )
    }),
  )
}

/**
 * Whether the credential in force works, and for whom. The workspaces of the pinned account are pinned anew where they have
 * changed; another account, even one of the same creator, never is.
 */
export const checkCredential = (deps: Deps): TE.TaskEither<VaultError, CredentialReport> =>
  pipe(
    readPin(deps.client, deps.pin.baseUrl),
    TE.mapLeft(asError),
    TE.flatMap(({ identity, workspaces, pin: found }) => {
      if (identity.isManagement === false) return TE.left<VaultError, CredentialReport>({ _tag: 'NotManagementKey' })
      const shown = { label: identity.label, workspaces: workspaces.length }
      if (!sameAccount(deps.pin, found)) return TE.right<VaultError, CredentialReport>({ ...shown, account: 'other', repinned: false })
      return pipe(
        repinned(deps, found),
        TE.map((done): CredentialReport => ({ ...shown, account: 'pinned', repinned: done })),
      )
    }),
  )
