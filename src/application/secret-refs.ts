import type { KeyName, Lineage } from '../domain/shared/identifiers.js'
import { hostIdentity } from './host-identity.js'
import { streamOf } from './key-store.js'
import type { SecretRef } from './ports/event-log.js'

/** Where the secret of an incarnation rests. */
export const keySecretRef = (name: KeyName, lineage: Lineage): SecretRef => ({
  stream: streamOf(name),
  owner: lineage,
  generation: 1,
})

/**
 * Where a generation of the management key rests. The host is part of the place, and the seal is bound to the place: with another
 * base URL in the log, the key does not open.
 */
export const managementKeyRef = (generation: number, baseUrl: string): SecretRef => ({
  stream: 'vault',
  owner: `management-key ${hostIdentity(baseUrl)}`,
  generation,
})
