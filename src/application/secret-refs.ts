import type { Incarnation } from '../domain/key/state.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import { hostIdentity } from './host-identity.js'
import { streamOf } from './key-store.js'
import type { SecretRef } from './ports/event-log.js'

/** Where the secret of one generation of an incarnation rests: every rotation begins the next. */
export const keySecretRef = (name: KeyName, { generation, lineage }: Pick<Incarnation, 'generation' | 'lineage'>): SecretRef => ({
  stream: streamOf(name),
  owner: lineage,
  generation,
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
