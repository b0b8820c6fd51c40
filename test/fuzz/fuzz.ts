import { inspect } from 'node:util'

import { isLeft } from 'fp-ts/lib/Either.js'

import { makePrng } from '../simulation/prng.js'
import { bait, mutated } from './mutate.js'
import type { Target } from './targets.js'

/** What a parser did that it must not, and the numbers that make the input again. */
export interface Finding {
  readonly target: string
  readonly seed: number
  readonly what: string
}

/** Milliseconds. Far above what 64 KiB take, far below what a person would call a hang. */
const longest = 2_000

const shown = (value: unknown): string => inspect(value, { depth: 12, maxStringLength: null })

/** The input that a seed stands for. */
export const inputOf = ({ samples }: Target, seed: number): string => mutated(makePrng(seed), samples)

/** What a parse says to the process past its caller: Node prints it. */
const warningsOf = <A>(work: () => A): { readonly result: A; readonly warned: boolean } => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const { emitWarning } = process
  let warned = false
  process.emitWarning = () => void (warned = true)
  try {
    const result = work()
    return { result, warned }
  } finally {
    process.emitWarning = emitWarning
  }
}

/** One input: no throw, no hang, no word past the caller, and nothing that looks like a key in what is reported. */
export const tryOnce = (target: Target, seed: number): Finding | null => {
  const found = (what: string): Finding => ({ target: target.name, seed, what })
  const input = inputOf(target, seed)
  const begun = performance.now()
  try {
    const { result: parsed, warned } = warningsOf(() => target.parse(input))
    const took = performance.now() - begun
    if (took > longest) return found(`took ${took.toFixed(0)} ms`)
    if (warned) return found('warned the process')
    const refusals = parsed.filter(isLeft).map(({ left }) => shown(left))
    return refusals.some((text) => text.includes(bait.slice(0, 24))) ? found('shows what it was given') : null
  } catch (error) {
    return found(`threw ${error instanceof Error ? `${error.name}: ${error.message.slice(0, 120)}` : typeof error}`)
  }
}
