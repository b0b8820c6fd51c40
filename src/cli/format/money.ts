// Made once: to make one takes longer than to write a whole line with it.
const format = new Intl.NumberFormat('en-US', { useGrouping: false, minimumFractionDigits: 2, maximumFractionDigits: 12 })

/** Dollars with as many digits as are true: `$100.00`, `$0.0000375`. Unknown is a word, never zero. */
export const money = (dollars: number | null): string => {
  if (dollars === null) return 'unknown'
  return `$${format.format(dollars)}`
}

/** A limit, where `null` means that there is none. */
export const limit = (dollars: number | null): string => (dollars === null ? 'none' : money(dollars))
