import { forTerminal } from './format/wrap.js'
import { note, type Session, isJson } from './session.js'

/** What a command came to. */
export type Answer =
  | {
      readonly _tag: 'Report'
      /** 7: part was done, the rest is recorded. 9: a check that was asked for did not hold. */
      readonly code: 0 | 7 | 9
      /** The one document of `--json`. */
      readonly document: unknown
      /** The same for people, with its line ends; empty where there is nothing to say. */
      readonly text: string
      /** What to do next, for people at a terminal. */
      readonly advice?: string
      /** Sentences, which a terminal may have in lines of its own width; what somebody may paste elsewhere is none. */
      readonly isProse?: true
    }
  /** Text that goes out as it is, whatever the flags say. */
  | { readonly _tag: 'Raw'; readonly text: string }
  /** All was printed while it ran. */
  | { readonly _tag: 'Done'; readonly code: number }

export const report = (document: unknown, text: string, advice?: string): Answer => ({
  _tag: 'Report',
  code: 0,
  document,
  text,
  ...(advice === undefined ? {} : { advice }),
})

/** What a check came to. */
export const checked = (document: unknown, text: string, holds: boolean): Answer => ({
  _tag: 'Report',
  code: holds ? 0 : 9,
  document,
  text,
})

export const incomplete = (document: unknown, text: string, advice: string): Answer => ({
  _tag: 'Report',
  code: 7,
  document,
  text,
  advice,
})

/** A check that the user asked for did not hold. */
export const unheld = (document: unknown, text: string, advice: string): Answer => ({
  _tag: 'Report',
  code: 9,
  document,
  text,
  advice,
})

/** The same answer as sentences. */
export const prose = (answer: Answer): Answer => (answer._tag === 'Report' ? { ...answer, isProse: true } : answer)

/** Prints an answer and gives the exit code. */
export const tell = (session: Session, answer: Answer): number => {
  const { stdout, stderr } = session.io
  switch (answer._tag) {
    case 'Report':
      stdout.write(isJson(session) ? `${JSON.stringify(answer.document)}\n` : answer.isProse === true ? forTerminal(answer.text, stdout) : answer.text)
      if (answer.advice !== undefined && (stderr.isTerminal || answer.code !== 0)) note(session, answer.advice)
      return answer.code
    case 'Raw':
      stdout.write(answer.text)
      return 0
    case 'Done':
      return answer.code
  }
}
