import type { ForeignKey } from '../../application/ports/foreign-vault.js'
import { secret } from '../../application/secret.js'
import { fromSealedText } from './sealed-text.js'

const openRouterKey = /^sk-or-[\x21-\x7e]{8,500}$/

/** What stands for a key's secret in a document; `undefined` where it is neither a key nor a sealed one. */
export const entryValue = (text: string): ForeignKey['secret'] | undefined => {
  const trimmed = text.trim()
  if (trimmed === '') return null
  return fromSealedText(trimmed) ?? (openRouterKey.test(trimmed) ? secret(trimmed) : undefined)
}

export const noKeyInIt = 'holds no OpenRouter key and no sealed one'
