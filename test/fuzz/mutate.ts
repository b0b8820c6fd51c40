import type { Prng } from '../simulation/prng.js'

/** A text that looks like a key. Whatever is done to a parser's input, no problem that it reports may show it. */
export const bait = 'sk-or-v1-feedfacefeedfacefeedfacefeedfacefeedfacefeedfacefeedfacefeedface'

const odd = [
  bait,
  ` ${bait} `,
  `"${bait}"`,
  `"${bait}":1,`,
  '\u0000',
  '\ud800',
  '\u202e',
  '\ufeff',
  '\r\n',
  '__proto__',
  '"__proto__":{"a":1},',
  'constructor',
  'null',
  'true',
  '-0',
  '1e999',
  '-1',
  '0.1',
  '9007199254740993',
  '1'.repeat(400),
  '[]',
  '{}',
  '""',
  '{"a":',
  '['.repeat(3000),
  '{"a":'.repeat(2000),
  '- '.repeat(1500),
  '&a [*a,*a]\n',
  '*a',
  '<<: ',
  '!!binary ',
  '%41',
  '::1',
  ' '.repeat(5000),
  '2026-13-40T25:61:61Z',
  'https://user:pass@host:99999/',
] as const

const first = (text: string): readonly [string, ...ReadonlyArray<string>] => [text]

const flipBit = (prng: Prng, text: string): string => {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length === 0) return '\u0001'
  const at = prng.below(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << prng.below(8))
  return bytes.toString('utf8')
}

const span = (prng: Prng, text: string): readonly [from: number, to: number] => {
  const from = prng.below(text.length + 1)
  return [from, Math.min(text.length, from + 1 + prng.below(24))]
}

const scalar = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null/g

/** Puts something odd in the place of one whole JSON or YAML value, which a blind cut seldom hits. */
const replaceValue = (prng: Prng, text: string): string => {
  const found = [...text.matchAll(scalar)]
  const taken = found[prng.below(Math.max(1, found.length))]
  if (taken === undefined) return text + prng.pick(odd)
  return text.slice(0, taken.index) + prng.pick(odd) + text.slice(taken.index + taken[0].length)
}

type Mutation = (prng: Prng, text: string, others: ReadonlyArray<string>) => string

const mutations: readonly [Mutation, ...ReadonlyArray<Mutation>] = [
  flipBit,
  flipBit,
  replaceValue,
  replaceValue,
  replaceValue,
  (prng, text) => text.slice(0, prng.below(text.length + 1)),
  (prng, text) => {
    const [from, to] = span(prng, text)
    return text.slice(0, from) + text.slice(to)
  },
  (prng, text) => {
    const [from, to] = span(prng, text)
    return text.slice(0, to) + text.slice(from)
  },
  (prng, text) => {
    const at = prng.below(text.length + 1)
    return text.slice(0, at) + prng.pick(odd) + text.slice(at)
  },
  (prng, text, others) => {
    const other = prng.pick(others.length === 0 ? first(text) : [others[0] ?? text, ...others.slice(1)])
    return text.slice(0, prng.below(text.length + 1)) + other.slice(prng.below(other.length + 1))
  },
]

/** One input made from the samples by one to five mutations; the same numbers make the same input. */
export const mutated = (prng: Prng, samples: ReadonlyArray<string>): string => {
  const [head = '', ...rest] = samples
  let text = prng.pick([head, ...rest])
  for (let left = 1 + prng.below(5); left > 0; left -= 1) text = prng.pick(mutations)(prng, text, samples)
  return text.slice(0, 65_536)
}
