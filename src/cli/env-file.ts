import * as E from 'fp-ts/lib/Either.js'

/** One line of an env file. */
export interface EnvEntry {
  readonly variable: string
  readonly value: string
}

const form = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** A value as it stands behind the `=`; null where its quotation mark does not end on the line. */
const valueOf = (text: string): string | null => {
  const [, single, double] = /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)")\s*(?:#.*)?$/.exec(text) ?? []
  if (single !== undefined) return single
  if (double !== undefined) return double.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)
  return /^['"]/.test(text) ? null : text.replace(/(^|\s+)#.*$/, '').trimEnd()
}

/**
 * The entries of an env file in their order: `NAME=value` a line, with or without `export`, quotation marks and comments as
 * in a shell. Nothing is expanded. Fails with the number of the first line, from 1, that is none; never with its text, which
 * may be a secret.
 */
export const parseEnvFile = (text: string): E.Either<number, ReadonlyArray<EnvEntry>> => {
  const entries: Array<EnvEntry> = []
  for (const [at, raw] of text.replace(/^\uFEFF/, '').split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, variable, rest = ''] = form.exec(line) ?? []
    const value = valueOf(rest)
    if (variable === undefined || value === null) return E.left(at + 1)
    entries.push({ variable, value })
  }
  return E.right(entries)
}
