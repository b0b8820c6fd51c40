import type { KeyName } from '../domain/shared/identifiers.js'

const longest = 64

const cleaned = (text: string): string => {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longest)
    .replace(/-+$/, '')
  return plain === '' ? 'key' : plain
}

/**
 * The name under which a key with any name from elsewhere is kept here: itself where it is a valid name, else the nearest valid
 * one; with a number where `isTaken`. The same text gives the same name as long as the same names are taken.
 */
export const localName = (text: string, isTaken: (name: KeyName) => boolean): KeyName => {
  const base = cleaned(text)
  const numbered = (n: number): KeyName => {
    const suffix = n === 1 ? '' : `-${String(n)}`
    // Cleaned text keeps the rule for names: valid characters, at most 64 of them, a letter or a digit in front.
    const name = `${base.slice(0, longest - suffix.length)}${suffix}` as KeyName
    return isTaken(name) ? numbered(n + 1) : name
  }
  return numbered(1)
}
