import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const reversed = (text: string): string => [...text].reverse().join('')

/** Base64 of a text at any of the three places it can begin in a longer one, without the letters that its neighbours change. */
const inBase64 = (text: string): ReadonlyArray<string> =>
  [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${text}`).toString('base64').replace(/=+$/, '')
    return encoded.slice(before === 0 ? 0 : before + 1, -2)
  })

const leastBytes = 8

/** Every form in which a secret may have leaked: as it is, in base64, in hex, as the bytes of its digits, in halves, backwards. */
const formsOf = (secret: string): ReadonlyArray<Buffer> => {
  const digits = secret.replace(/^sk-or-v1-/, '')
  const halves = [digits.slice(0, digits.length / 2), digits.slice(digits.length / 2)]
  const texts = [
    ...halves,
    ...halves.map(reversed),
    ...halves.flatMap((half) => inBase64(half)),
    ...halves.map((half) => Buffer.from(half).toString('hex')),
    ...halves.map((half) => Buffer.from(half, 'hex').toString('base64').slice(0, -3)),
  ]
  const forms = [...texts.map((text) => Buffer.from(text)), ...halves.map((half) => Buffer.from(half, 'hex'))]
  // What is no hex has next to no bytes as such, and those are everywhere.
  return forms.filter(({ length }) => length >= leastBytes)
}

/** Searches bytes for secrets. `leaks` says what was found where; it never repeats the secret. */
export interface Canaries {
  readonly add: (secret: string) => void
  readonly search: (where: string, bytes: Buffer | string) => void
  readonly searchFolder: (folder: string) => void
  readonly count: () => number
  /** How many texts and files were searched. */
  readonly searched: () => number
  readonly leaks: ReadonlyArray<string>
}

/** All files below a folder. What is deleted meanwhile is left out. */
export const filesIn = (folder: string): ReadonlyArray<readonly [string, Buffer]> =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return []
    const path = join(entry.parentPath, entry.name)
    try {
      return [[path, readFileSync(path)] as const]
    } catch {
      return []
    }
  })

export const makeCanaries = (): Canaries => {
  const forms = new Map<string, ReadonlyArray<Buffer>>()
  const leaks: Array<string> = []
  let searched = 0
  const search = (where: string, bytes: Buffer | string): void => {
    searched += 1
    const haystack = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    let nth = 0
    for (const needles of forms.values()) {
      nth += 1
      const form = needles.findIndex((needle) => haystack.includes(needle))
      if (form >= 0) leaks.push(`form ${form} of secret ${nth} in ${where}`)
    }
  }
  return {
    add: (secret) => {
      if (!forms.has(secret)) forms.set(secret, formsOf(secret))
    },
    search,
    searchFolder: (folder) => {
      for (const [path, bytes] of filesIn(folder)) search(path, bytes)
    },
    count: () => forms.size,
    searched: () => searched,
    leaks,
  }
}
