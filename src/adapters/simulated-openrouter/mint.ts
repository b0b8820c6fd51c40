import type { Account } from './account.js'
import type { Sha256 } from './wire.js'

/** A UUID made from 64 hex digits, with the version and variant bits of a version 4 one. */
const asUuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')

/** A UUID that depends on nothing but the text. */
export const uuidOf = (sha256: Sha256, text: string): string => asUuid(sha256(text))

/** The account with one more value made, and that value: 64 hex digits, different every time, the same for the same seed. */
const mintHex = (sha256: Sha256, account: Account): readonly [Account, string] => [
  { ...account, minted: account.minted + 1 },
  sha256(`${account.seed}:${account.minted}`),
]

export const mintUuid = (sha256: Sha256, account: Account): readonly [Account, string] => {
  const [next, hex] = mintHex(sha256, account)
  return [next, asUuid(hex)]
}

/** A new secret of OpenRouter's form: `sk-or-v1-` and 64 hex digits. */
export const mintSecret = (sha256: Sha256, account: Account): readonly [Account, string] => {
  const [next, hex] = mintHex(sha256, account)
  return [next, `sk-or-v1-${hex}`]
}

/** The masked form that OpenRouter shows: prefix, three characters, dots, the last three. */
export const labelOf = (secret: string): string => `${secret.slice(0, 12)}...${secret.slice(-3)}`
