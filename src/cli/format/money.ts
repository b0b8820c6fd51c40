/** Dollars with as many digits as are true: `$100.00`, `$0.0000375`. Unknown is a word, never zero. */
export const money = (dollars: number | null): string => {
  if (dollars === null) return 'unknown'
  const digits = { useGrouping: false, minimumFractionDigits: 2, maximumFractionDigits: 12 }
  return `$${dollars.toLocaleString('en-US', digits)}`
}

/** A limit, where `null` means that there is none. */
export const limit = (dollars: number | null): string => (dollars === null ? 'none' : money(dollars))
