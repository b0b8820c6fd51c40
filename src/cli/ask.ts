import type { Readable, Writable } from 'node:stream'

/** Questions to the person at the terminal. Each answers null when the person broke off. */
export interface Ask {
  /** What is typed is not shown. */
  readonly hidden: (question: string) => Promise<string | null>
  /** No is the answer of whoever just presses Enter. */
  readonly yesOrNo: (question: string) => Promise<boolean | null>
}

/** The streams to ask by. Questions go to stderr, so that stdout holds results only. */
export interface AskStreams {
  readonly input: () => Readable
  readonly output: () => Writable
  readonly signal: AbortSignal
}

/** Questions by @clack/prompts, which is loaded at the first one. */
export const makeAsk = ({ input, output, signal }: AskStreams): Ask => ({
  hidden: async (message) => {
    const { isCancel, password } = await import('@clack/prompts')
    const answer = await password({ message, input: input(), output: output(), signal, mask: '*' })
    return isCancel(answer) ? null : answer
  },
  yesOrNo: async (message) => {
    const { confirm, isCancel } = await import('@clack/prompts')
    const answer = await confirm({ message, input: input(), output: output(), signal, initialValue: false })
    return isCancel(answer) ? null : answer
  },
})
