import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as NEA from 'fp-ts/lib/NonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyHash } from '../../domain/shared/identifiers.js'
import { sameAccount, vaultDecider } from '../../domain/vault/vault.js'
import { causeOf } from '../causes.js'
import type { Deps, LocalDeps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { loadKnownKeys } from '../load-keys.js'
import { readPin } from '../pin.js'
import type { OpenRouterClient } from '../ports/open-router-client.js'
import type { RemoteError } from '../ports/remote-error.js'
import type { CredentialReport } from '../reports.js'
import { sealError } from '../seal-error.js'
import type { Secret } from '../secret.js'
import { managementKeyRef } from '../secret-refs.js'
import { type LoadedVault, loadVault } from '../vault-store.js'
import { refusedCredential } from './init-vault.js'

export const asError = (error: RemoteError): VaultError =>
  error._tag === 'Refused' || error._tag === 'Absent'
    ? refusedCredential(error)
    : { _tag: 'RemoteUnavailable', message: causeOf(error).message }

/** Every earlier one: a process that died between the commit and the shredding, or could not finish it, left its own behind. */
const shredEarlier = (deps: LocalDeps, { state }: LoadedVault): TE.TaskEither<VaultError, void> =>
  pipe(
    NEA.range(1, state.credential),
    TE.traverseSeqArray((generation) => deps.log.shred(managementKeyRef(generation, state.pin.baseUrl))),
    TE.mapLeft(unavailable),
    TE.map(() => undefined),
  )

/**
 * Whether this credential reads a key that is held here. A hash is that of a secret, so no other account has it. An equal
 * creator would prove nothing: one person may own two accounts.
 */
export const seesOneOf = (client: OpenRouterClient, hashes: ReadonlyArray<KeyHash>): TE.TaskEither<VaultError, boolean> => {
  const [first, ...rest] = hashes
  if (first === undefined) return TE.right(false)
  return pipe(
    client.verifyKeyStatus(first),
    TE.mapLeft(asError),
    TE.flatMap((status) => (status === 'absent' ? seesOneOf(client, rest) : TE.right(true))),
  )
}

const mostAsked = 4

/** Keys that are held here and were there when they were last seen: a few, to try a credential on. */
export const someHeldHashes = (deps: LocalDeps): TE.TaskEither<VaultError, ReadonlyArray<KeyHash>> =>
  pipe(
    loadKnownKeys(deps),
    TE.map(({ states }) =>
      [...states.values()]
        .flatMap(({ stage }) => (stage._tag === 'Held' && stage.key.remote._tag !== 'Absent' ? [stage.key.hash] : []))
        .slice(0, mostAsked),
    ),
  )

/** Asked only where the workspaces do not tell that it is the pinned account, as when every one was replaced. */
const sawHeldKey = (deps: LocalDeps, client: OpenRouterClient, pin: Deps['pin'], found: Deps['pin']): TE.TaskEither<VaultError, boolean> =>
  sameAccount(pin, found)
    ? TE.right(false)
    : pipe(
        someHeldHashes(deps),
        TE.flatMap((hashes) => seesOneOf(client, hashes)),
      )

/** Somebody else recorded something of the vault as a whole between the look and the commit; nothing was written. */
const overtaken: VaultError = { _tag: 'VaultUnavailable', reason: 'locked', message: 'another process changed the vault; try again' }

interface Verified {
  readonly pin: Deps['pin']
  readonly sawHeldKey: boolean
}

const storeOnce = (deps: LocalDeps, loaded: LoadedVault, verified: Verified, managementKey: Secret): TE.TaskEither<VaultError, void> => {
  const { pin } = verified
  const decision = vaultDecider.decide({ _tag: 'ChangeCredential', ...verified, at: deps.clock.now() }, loaded.state)
  if (isLeft(decision)) return TE.left({ _tag: 'WrongAccount' })
  const [event] = decision.right
  const generation = loaded.state.credential + 1
  return pipe(
    deps.sealer.seal(managementKeyRef(generation, pin.baseUrl), managementKey),
    TE.mapLeft(sealError),
    TE.flatMap((sealed) =>
      pipe(
        deps.log.commit({
          appends: [
            { stream: 'vault', expectedVersion: loaded.version, records: [deps.vaultEvents.encode(event)] },
          ],
          seal: [sealed],
        }),
        TE.mapLeft((error): VaultError =>
          error._tag === 'LogUnavailable' ? unavailable(error) : overtaken,
        ),
      ),
    ),
    TE.flatMap(() => shredEarlier(deps, loaded)),
  )
}

/** More often than anybody changes a vault as a whole while one commit is made. */
const mostTries = 10

/** Overtaken, as by a change of the vault key, it decides again on what is there now; what OpenRouter told is not asked anew. */
const store = (deps: LocalDeps, loaded: LoadedVault, verified: Verified, managementKey: Secret, tries = mostTries): TE.TaskEither<VaultError, void> =>
  pipe(
    storeOnce(deps, loaded, verified, managementKey),
    TE.orElse((error) =>
      error === overtaken && tries > 1
        ? pipe(
            loadVault(deps),
            TE.flatMap((now) => store(deps, now, verified, managementKey, tries - 1)),
          )
        : TE.left(error),
    ),
  )

/** The new key must open the pinned account before the old one is forgotten. The pin is taken anew from what it shows. */
export const changeCredential = (
  deps: LocalDeps,
  client: OpenRouterClient,
  managementKey: Secret,
): TE.TaskEither<VaultError, CredentialReport> =>
  pipe(
    TE.Do,
    TE.bind('loaded', () => loadVault(deps)),
    TE.bind('found', ({ loaded }) => TE.mapLeft(asError)(readPin(client, loaded.state.pin.baseUrl))),
    TE.flatMap(({ loaded, found }) =>
      found.identity.isManagement === false
        ? TE.left<VaultError, CredentialReport>({ _tag: 'NotManagementKey' })
        : pipe(
            sawHeldKey(deps, client, loaded.state.pin, found.pin),
            TE.flatMap((saw) => store(deps, loaded, { pin: found.pin, sawHeldKey: saw }, managementKey)),
            TE.map(
              (): CredentialReport => ({
                label: found.identity.label,
                account: 'pinned',
                workspaces: found.workspaces.length,
                repinned: false,
              }),
            ),
          ),
    ),
  )
