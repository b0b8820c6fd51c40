import type { VaultError } from './errors.js'

/** Why something could not be done with one key among many, in a few words. */
export const messageOf = (error: VaultError): string => {
  if ('message' in error) return error.message
  if (error._tag === 'KeyVanished') return 'OpenRouter has no such key any more'
  return error._tag === 'KeyBusy' ? 'another process is at it' : error._tag
}
