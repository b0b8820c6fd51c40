import { scrub } from '../application/secret.js'

const longest = 16_384

/**
 * One line on stderr for a program that collects logs: `{"log":{"level","at",...}}`, with whatever looks like a secret taken out. An
 * error document is another thing, and the last line.
 */
export const logLine = (level: 'warning' | 'debug', at: number, fields: Readonly<Record<string, unknown>>): string =>
  `${scrub(JSON.stringify({ log: { level, at: new Date(at).toISOString(), ...fields } }), longest)}\n`
