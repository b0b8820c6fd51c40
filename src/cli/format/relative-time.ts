const units: ReadonlyArray<readonly [seconds: number, name: string]> = [
  [31_536_000, 'year'],
  [2_592_000, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
]

/** How far a time is from now, in its largest whole unit: `3 days ago`, `in 2 hours`, `just now`; nothing of no time. */
export const relativeTime = (iso: string, now: number): string => {
  if (iso === '') return ''
  const seconds = Math.round((Date.parse(iso) - now) / 1000)
  const [size, name] = units.find(([each]) => Math.abs(seconds) >= each) ?? [0, '']
  if (size === 0) return 'just now'
  const count = Math.floor(Math.abs(seconds) / size)
  const span = `${count} ${name}${count === 1 ? '' : 's'}`
  return seconds < 0 ? `${span} ago` : `in ${span}`
}

/** A time for people: UTC to the second, and how far away it is. */
export const fullTime = (iso: string, now: number): string =>
  `${iso.replace(/\.\d+Z$/, 'Z')} (${relativeTime(iso, now)})`
