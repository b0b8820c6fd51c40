import type { Readable, Writable } from 'node:stream'

/**
 * Questions to the person at the terminal. Each answers null when the person broke off by Ctrl-C, and false when the input
 * ended, as by Ctrl-D.
 */
export interface Ask {
  /** What is typed is not shown. */
  readonly hidden: (question: string) => Promise<string | false | null>
  /** No is the answer of whoever just presses Enter. */
  readonly yesOrNo: (question: string) => Promise<boolean | null>
}

/** The streams to ask by. Questions go to stderr, so that stdout holds results only. */
export interface AskStreams {
  readonly input: () => Readable
  readonly output: () => Writable
  readonly signal: AbortSignal
}

/** A key as Node's readline tells it. https://nodejs.org/api/readline.html#readlineemitkeypresseventsstream-interface */
interface Key {
  readonly ctrl?: boolean
  readonly name?: string
}

type Prompt<A> = (signal: AbortSignal) => Promise<A | symbol>

/**
 * One question. readline closes at Ctrl-D in an empty line and tells nobody, so without the abort here the prompt would wait
 * for ever, and Node would end the program for having nothing left to do.
 */
const answered = async <A>({ input, signal }: AskStreams, prompt: Prompt<A>): Promise<A | false | null> => {
  const source = input()
  const ended = new AbortController()
  const end = (): void => ended.abort()
  const onKey = (_: unknown, { ctrl, name }: Key): void => {
    if (ctrl === true && name === 'd') setImmediate(() => source.isPaused() && end())
  }
  source.on('keypress', onKey)
  source.once('end', end)
  const answer = await prompt(AbortSignal.any([signal, ended.signal]))
  source.off('keypress', onKey)
  source.off('end', end)
  if (typeof answer !== 'symbol') return answer
  return ended.signal.aborted && !signal.aborted ? false : null
}

/** Questions by @clack/prompts, which is loaded at the first one. Its answer to a question that was broken off is a symbol. */
export const makeAsk = (streams: AskStreams): Ask => ({
  hidden: async (message) => {
    const { password } = await import('@clack/prompts')
    const { input, output } = streams
    return await answered<string>(streams, (signal) => password({ message, input: input(), output: output(), signal, mask: '*' }))
  },
  yesOrNo: async (message) => {
    const { confirm } = await import('@clack/prompts')
    const { input, output } = streams
    return await answered<boolean>(streams, (signal) => confirm({ message, input: input(), output: output(), signal, initialValue: false }))
  },
})
