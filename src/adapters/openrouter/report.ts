import type { Context, Errors } from 'io-ts'

const most = 3

const pathOf = (context: Context): string =>
  context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .join('.')

const line = (context: Context): string => {
  const expected = context[context.length - 1]?.type.name ?? 'something else'
  const path = pathOf(context)
  return `${path === '' ? 'the answer' : path}: expected ${expected}`
}

/**
 * Where a decoded value was wrong and what was expected there, at most three places.
 * Never the value: io-ts's own reporter prints it, and it can be a key. Paths hold our field names and row numbers only.
 */
export const report = (errors: Errors): string => {
  const lines = [...new Set(errors.map(({ context }) => line(context)))]
  const rest = lines.length > most ? ` (and ${lines.length - most} more)` : ''
  return lines.slice(0, most).join('; ') + rest
}
