import type { KeyName, Lineage } from '../domain/shared/identifiers.js'
import { streamOf } from './key-store.js'
import type { SecretRef } from './ports/event-log.js'

/** Where the secret of an incarnation rests. */
export const keySecretRef = (name: KeyName, lineage: Lineage): SecretRef => ({
  stream: streamOf(name),
  owner: lineage,
  generation: 1,
})

/** Where a generation of the management key rests. */
export const managementKeyRef = (generation: number): SecretRef => ({
  stream: 'vault',
  owner: 'management-key',
  generation,
})
