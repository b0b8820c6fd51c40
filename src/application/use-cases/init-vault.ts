import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultId } from '../../domain/shared/identifiers.js'
import type { AccountPin } from '../../domain/vault/event.js'
import { vaultDecider } from '../../domain/vault/vault.js'
import type { LocalDeps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { readPin } from '../pin.js'
import type { OpenRouterClient } from '../ports/open-router-client.js'
import type { Absent, Refused, RemoteError } from '../ports/remote-error.js'
import { sealError } from '../seal-error.js'
import type { Secret } from '../secret.js'
import { managementKeyRef } from '../secret-refs.js'
import { vaultStream } from '../vault-store.js'

/** What `init` made. */
export interface InitReport {
  readonly vault: VaultId
  readonly baseUrl: string
  readonly label: string
  readonly workspaces: number
}

/** What a refusal of `GET /key` means: the credential itself is not taken. */
export const refusedCredential = (error: Refused | Absent): VaultError => ({
  _tag: 'RemoteRefused',
  status: error._tag === 'Refused' ? error.status : 404,
  message: error.message,
  blame: 'management-key',
})

const asError = (error: RemoteError): VaultError =>
  error._tag === 'Refused' || error._tag === 'Absent'
    ? refusedCredential(error)
    : { _tag: 'RemoteUnavailable', message: error.message }

/** A fresh vault's ports; its log is empty. */
export type InitDeps = Pick<LocalDeps, 'log' | 'vaultEvents' | 'sealer' | 'clock'>

/** Asks OpenRouter whose credential this is. Nothing is written before it answers as a management key. */
export const verifyForInit = (
  client: OpenRouterClient,
  baseUrl: string,
): TE.TaskEither<VaultError, Omit<InitReport, 'vault'> & { readonly pin: AccountPin }> =>
  pipe(
    readPin(client, baseUrl),
    TE.mapLeft(asError),
    TE.flatMap(({ identity, workspaces, pin }) =>
      identity.isManagement === false
        ? TE.left<VaultError>({ _tag: 'NotManagementKey' })
        : TE.right({ baseUrl, label: identity.label, workspaces: workspaces.length, pin }),
    ),
  )

/** Writes the first fact of a vault together with its sealed management key. */
export const initVault = (
  deps: InitDeps,
  vault: VaultId,
  pin: AccountPin,
  managementKey: Secret,
): TE.TaskEither<VaultError, void> => {
  const decision = vaultDecider.decide({ _tag: 'Initialise', vault, pin, at: deps.clock.now() }, vaultDecider.initial)
  if (isLeft(decision)) return TE.left({ _tag: 'Unexpected', message: 'an empty vault refused to begin' })
  const [event] = decision.right
  return pipe(
    deps.sealer.seal(managementKeyRef(1, pin.baseUrl), managementKey),
    TE.mapLeft(sealError),
    TE.flatMap((sealed) =>
      pipe(
        deps.log.commit({
          appends: [{ stream: vaultStream, expectedVersion: 0, records: [deps.vaultEvents.encode(event)] }],
          seal: [sealed],
        }),
        TE.mapLeft((error): VaultError =>
          error._tag === 'LogUnavailable' ? unavailable(error) : { _tag: 'VaultExists', place: '' },
        ),
      ),
    ),
  )
}
