import type { Secret } from './secret.js'

/** A secret on its way to its one destination. */
export interface HandedOut {
  readonly name: string
  readonly secret: Secret
  readonly warning: string | null
}
