import type { Millis } from '../domain/shared/instant.js'

const units = [['w', 604_800_000], ['d', 86_400_000], ['h', 3_600_000], ['m', 60_000]] as const

/** A length of time as it is written in settings: `90d`, `12h`. */
export const spanText = (length: Millis): string => {
  const [name, size] = units.find(([unit, each]) => length % each === 0 && (unit !== 'w' || length > 4 * each)) ?? ['m', 60_000]
  return `${length / size}${name}`
}
